import { isUtf8 } from 'node:buffer'
import { z } from 'zod'
import { both } from '../../src/contract/faults.ts'
import { ok, type Result, refuse } from '../../src/kernel/result.ts'
import { formLimits } from './limits.ts'

/** Largest body of a submission, bytes: files are uploaded before. */
export const maxBodyBytes = 64 * 1024

const typed = (max: number) =>
  z
    .string()
    .transform((text) => text.replaceAll('\u0000', '').toWellFormed().trim())
    .pipe(z.string().max(max))

const submission = z.object({
  link: z.string().max(100),
  /** Made by the page; what is sent again under it is the same request. */
  submissionId: z.string().regex(/^[A-Za-z0-9_-]{8,64}$/),
  lang: z.enum(['zh', 'en']).default('zh'),
  fault: typed(2000).pipe(z.string().min(1)),
  phone: typed(30).refine(
    (text) => text.replace(/\D/g, '').length >= 7,
    both('至少 7 位数字', 'at least 7 digits'),
  ),
  name: typed(60).pipe(z.string().min(1)),
  address: typed(300).optional(),
  location: z
    .object({
      lat: z.number().min(-90).max(90),
      lng: z.number().min(-180).max(180),
      accuracyM: z.number().min(0).max(1_000_000),
    })
    .optional(),
  uploads: z
    .array(z.object({ upload: z.string().max(1000), name: typed(200) }))
    .max(formLimits.files)
    .default([]),
})

/** What the form sends. */
export type Submission = z.infer<typeof submission>

/** Reads a submission's body. Refuses with `request.too_large`, `request.malformed` or `request.invalid` and its issues. */
export function readSubmission(body: Uint8Array): Result<Submission> {
  if (body.byteLength > maxBodyBytes) return refuse('request.too_large', { limit: maxBodyBytes })
  if (!isUtf8(body)) return refuse('request.malformed', { reason: 'not UTF-8' })
  let json: unknown
  try {
    json = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'))
  } catch {
    return refuse('request.malformed', { reason: 'not JSON' })
  }
  const parsed = submission.safeParse(json)
  if (parsed.success) return ok(parsed.data)
  const issues = parsed.error.issues.map((i) => ({ path: String(i.path[0] ?? ''), message: i.message }))
  return refuse('request.invalid', {}, issues)
}
