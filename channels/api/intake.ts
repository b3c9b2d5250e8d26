import { isUtf8 } from 'node:buffer'
import { z } from 'zod'
import { both, faultsOf } from '../../src/contract/faults.ts'
import { ok, type Result, refuse } from '../../src/kernel/result.ts'

/** Largest body of one request, bytes. */
export const maxBodyBytes = 8 * 1024 * 1024

/** Kinds of content that callers may name; anything else is kept and shown as unsupported. */
const kinds = ['text', 'form', 'image', 'voice', 'video', 'file', 'location'] as const
const knownKinds: ReadonlySet<string> = new Set(kinds)

const scalar = z.union([z.string().max(20_000), z.number(), z.boolean(), z.null()])

const sender = z.strictObject({
  /** The caller's own id of the person; the conversation and the contact hang on it. */
  id: z.string().min(1).max(200),
  name: z.string().max(200).optional(),
  phone: z.string().max(40).optional(),
  email: z.email().max(254).optional(),
  /** Which of them the caller has verified itself; only those may join the person with another channel's. */
  verified: z
    .array(z.enum(['phone', 'email']))
    .max(2)
    .default([]),
})

const attachment = z
  .strictObject({
    name: z.string().min(1).max(255),
    contentType: z
      .string()
      .max(120)
      .regex(
        /^[\w.+-]+\/[\w.+-]+$/,
        both('应为文件类型，例如 image/jpeg', 'must be a content type such as image/jpeg'),
      )
      .default('application/octet-stream'),
    /** The bytes in base64; small files only, the whole request is limited. */
    content: z
      .string()
      .refine(
        (s) => s.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(s),
        both('应为 Base64 编码', 'must be base64'),
      )
      .optional(),
    /** Or the address that the hub fetches it from. */
    url: z
      .url({ protocol: /^https?$/ })
      .max(2000)
      .optional(),
  })
  .refine(
    (a) => (a.content === undefined) !== (a.url === undefined),
    both('content 和 url 要填一个，只能填一个', 'give either content or url'),
  )

const location = z.strictObject({
  lat: z.number().min(-90).max(90),
  lng: z.number().min(-180).max(180),
  crs: z.enum(['wgs84', 'gcj02']),
  label: z.string().max(500).optional(),
  accuracyM: z.number().min(0).optional(),
})

const message = z.strictObject({
  /** Default: `form` with fields, else `text`. */
  kind: z.enum(kinds).optional(),
  sender,
  subject: z.string().max(500).optional(),
  text: z.string().max(20_000).default(''),
  /** Ticket form fields by name. */
  fields: z
    .record(
      z.string().min(1).max(100),
      z.union([scalar, z.array(scalar).max(100), z.record(z.string().max(100), scalar)]),
    )
    .refine((f) => Object.keys(f).length <= 100, both('最多 100 个字段', 'at most 100 fields'))
    .optional(),
  attachments: z.array(attachment).max(10).default([]),
  location: location.optional(),
  /** `thread` of an earlier answer continues that request; without it a new one begins. */
  thread: z.string().min(1).max(300).optional(),
  lang: z.enum(['zh', 'en']).optional(),
  /** ISO 8601 with an offset. */
  sentAt: z.iso.datetime({ offset: true }).optional(),
})

const unknownMessage = message
  .omit({ kind: true })
  .extend({ kind: z.string().min(1).max(64) })
  .strip()

const receipt = z.strictObject({
  kind: z.literal('receipt'),
  /** `messageId` of the answer that was posted to the caller. */
  messageId: z.string().min(1).max(200),
  status: z.enum(['delivered', 'read', 'failed']),
  detail: z.string().max(1000).optional(),
})

export type IntakeMessage = Omit<z.infer<typeof message>, 'kind'> & { readonly kind?: string | undefined }
type IntakeReceipt = z.infer<typeof receipt>
/** A request's body after validation. */
export type Intake =
  | { readonly type: 'message'; readonly known: boolean; readonly body: IntakeMessage }
  | { readonly type: 'receipt'; readonly body: IntakeReceipt }

// `verify` and `parse` read the same bytes one after the other on the hot path; the result depends on nothing else.
const read = new WeakMap<Uint8Array, Result<Intake>>()

/** Reads and validates a body. Refuses with `request.too_large`, `request.malformed` or `request.invalid` and its issues. */
export function readIntake(body: Uint8Array): Result<Intake> {
  let result = read.get(body)
  if (!result) {
    result = validate(body)
    read.set(body, result)
  }
  return result
}

function validate(body: Uint8Array): Result<Intake> {
  if (body.byteLength > maxBodyBytes) return refuse('request.too_large', { limit: maxBodyBytes })
  if (!isUtf8(body)) return malformed('内容不是 UTF-8 编码', 'the body is not UTF-8')
  let json: unknown
  let text: string
  try {
    text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')
    json = JSON.parse(text)
  } catch {
    return malformed('内容不是有效的 JSON', 'the body is not valid JSON')
  }
  const kind = (json as { kind?: unknown } | null)?.kind
  const known = kind === undefined || (typeof kind === 'string' && knownKinds.has(kind))
  const schema = kind === 'receipt' ? receipt : known ? message : unknownMessage
  const parsed = schema.safeParse(json)
  if (!parsed.success) return refuse('request.invalid', {}, faultsOf(parsed.error))
  const data = unstorable.test(text) ? storable(parsed.data) : parsed.data
  return ok(
    kind === 'receipt'
      ? { type: 'receipt', body: data as IntakeReceipt }
      : { type: 'message', known, body: data as IntakeMessage },
  )
}

const malformed = (reasonZh: string, reason: string) => refuse('request.malformed', { reason, reasonZh })

/** Escapes of NUL and of surrogates, which may stand alone: PostgreSQL stores neither. */
const unstorable = /\\u(?:0000|d[89a-f])/i

function storable<T>(value: T): T {
  if (typeof value === 'string') return value.replaceAll('\u0000', '').toWellFormed() as T
  if (Array.isArray(value)) return value.map(storable) as T
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [storable(k), storable(v)])) as T
}
