import { createHmac, timingSafeEqual } from 'node:crypto'
import { ok, type Result, refuse } from '../../src/kernel/result.ts'

/** What a printed code names: a device or a site of one channel account, at the version of its links. */
export interface Link {
  readonly accountId: string
  readonly kind: 'device' | 'site'
  readonly id: string
  /** Raised in the row to make printed codes invalid; compared by whoever reads the row. */
  readonly linkVersion: number
}

/** What the answer to a submission names: the stored request, and the version of the link that it came through. */
export interface Receipt {
  readonly accountId: string
  readonly envelopeId: string
  readonly linkVersion: number
}

const kinds = { device: 1, site: 2, receipt: 3 } as const
const macBytes = 12
const bodyBytes = 1 + 16 + 16 + 2

const uuidBytes = (id: string) => Buffer.from(id.replaceAll('-', ''), 'hex')

function uuidText(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

function mac(secret: string, purpose: string, content: string | Uint8Array): Buffer {
  return createHmac('sha256', secret).update(`yitong qr ${purpose}\n`).update(content).digest()
}

function sameMac(
  secrets: readonly string[],
  purpose: string,
  content: string | Uint8Array,
  given: Uint8Array,
) {
  let matches = false
  for (const secret of secrets) {
    if (timingSafeEqual(mac(secret, purpose, content).subarray(0, given.length), given)) matches = true
  }
  return matches
}

function pack(kind: number, accountId: string, id: string, linkVersion: number, secret: string): string {
  const body = Buffer.alloc(bodyBytes)
  body[0] = kind
  uuidBytes(accountId).copy(body, 1)
  uuidBytes(id).copy(body, 17)
  body.writeUInt16BE(linkVersion % 65_536, 33)
  return Buffer.concat([body, mac(secret, 'link', body).subarray(0, macBytes)]).toString('base64url')
}

interface Unpacked {
  readonly kind: number
  readonly accountId: string
  readonly id: string
  readonly linkVersion: number
  readonly body: Buffer
  readonly mac: Buffer
}

function unpack(token: string): Unpacked | null {
  if (!/^[A-Za-z0-9_-]{63}$/.test(token)) return null
  const bytes = Buffer.from(token, 'base64url')
  // Another spelling of the same bytes would be a second token for the same thing.
  if (bytes.length !== bodyBytes + macBytes || bytes.toString('base64url') !== token) return null
  return {
    kind: bytes[0]!,
    accountId: uuidText(bytes.subarray(1, 17)),
    id: uuidText(bytes.subarray(17, 33)),
    linkVersion: bytes.readUInt16BE(33),
    body: bytes.subarray(0, bodyBytes),
    mac: bytes.subarray(bodyBytes),
  }
}

/** The channel account that a link or receipt claims to be of, before anybody believed it; null when it is neither. */
export function accountOf(token: string): string | null {
  return unpack(token)?.accountId ?? null
}

/** The token of a printed code: 63 characters, signed with the newest secret. */
export function signLink({ accountId, kind, id, linkVersion }: Link, secrets: readonly string[]): string {
  return pack(kinds[kind], accountId, id, linkVersion, secrets[0]!)
}

/** Reads a printed code's token. Refuses with `link.invalid`. */
export function readLink(token: string, secrets: readonly string[]): Result<Link> {
  const read = unpack(token)
  if (!read || !sameMac(secrets, 'link', read.body, read.mac)) return refuse('link.invalid')
  const { accountId, id, linkVersion } = read
  if (read.kind === kinds.device) return ok({ accountId, kind: 'device', id, linkVersion })
  return read.kind === kinds.site ? ok({ accountId, kind: 'site', id, linkVersion }) : refuse('link.invalid')
}

/** The token of a progress page. */
export function signReceipt(receipt: Receipt, secrets: readonly string[]): string {
  return pack(kinds.receipt, receipt.accountId, receipt.envelopeId, receipt.linkVersion, secrets[0]!)
}

/** Reads a progress page's token. Refuses with `link.invalid`. */
export function readReceipt(token: string, secrets: readonly string[]): Result<Receipt> {
  const read = unpack(token)
  const holds = read?.kind === kinds.receipt && sameMac(secrets, 'link', read.body, read.mac)
  if (!read || !holds) return refuse('link.invalid')
  return ok({ accountId: read.accountId, envelopeId: read.id, linkVersion: read.linkVersion })
}

function stamp(purpose: string, link: string, content: object, secrets: readonly string[]): string {
  const text = Buffer.from(JSON.stringify(content)).toString('base64url')
  return `${text}.${mac(secrets[0]!, `${purpose} ${link}`, text).subarray(0, 16).toString('base64url')}`
}

function readStamp(
  purpose: string,
  link: string,
  token: string,
  secrets: readonly string[],
): Record<string, unknown> | null {
  const [, text, given] = /^([A-Za-z0-9_-]{1,600})\.([A-Za-z0-9_-]{22})$/.exec(token) ?? []
  if (!text || !given) return null
  if (!sameMac(secrets, `${purpose} ${link}`, text, Buffer.from(given, 'base64url'))) return null
  return JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Record<string, unknown>
}

/** Signs the body of a reply that the hub puts in for a customer. */
export function signReply(body: Uint8Array, secrets: readonly string[]): string {
  return mac(secrets[0]!, 'reply', body).toString('base64url')
}

/** Whether a reply's signature is this account's, with any of its secrets. */
export function replyHolds(body: Uint8Array, given: string, secrets: readonly string[]): boolean {
  const bytes = Buffer.from(given, 'base64url')
  return bytes.length === 32 && sameMac(secrets, 'reply', body, bytes)
}

/** How long an opened form and its uploads may be sent, ms. */
export const formLifeMs = 24 * 3_600_000

/** Proof that the hub showed the form of a valid link: which version of the row it showed, and until when it may be sent. */
export interface FormPass {
  /** Version of the device or site row. */
  readonly version: number
  readonly expiresAtMs: number
}

/** Signs a form pass; it belongs to one link. */
export function signPass(link: string, pass: FormPass, secrets: readonly string[]): string {
  return stamp('pass', link, pass, secrets)
}

/** Reads a form pass. Refuses with `signature.missing`, `signature.invalid` or, after its time, `link.expired`. */
export function readPass(
  link: string,
  token: string | undefined,
  secrets: readonly string[],
  nowMs: number,
): Result<FormPass> {
  if (!token) return refuse('signature.missing')
  const pass = readStamp('pass', link, token, secrets) as FormPass | null
  if (!pass) return refuse('signature.invalid')
  return pass.expiresAtMs >= nowMs ? ok(pass) : refuse('link.expired')
}

/** A file that the hub took for a form: only such files may be named in a submission. */
export interface Upload {
  readonly hash: string
  readonly size: number
  /** As its content shows. */
  readonly contentType: string
  readonly expiresAtMs: number
}

/** Signs an upload; it belongs to one link. */
export function signUpload(link: string, upload: Upload, secrets: readonly string[]): string {
  return stamp('upload', link, upload, secrets)
}

/** Reads an upload; null when it is not of this link or too old. */
export function readUpload(
  link: string,
  token: string,
  secrets: readonly string[],
  nowMs: number,
): Upload | null {
  const upload = readStamp('upload', link, token, secrets) as Upload | null
  return upload && upload.expiresAtMs >= nowMs ? upload : null
}
