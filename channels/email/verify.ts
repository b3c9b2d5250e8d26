import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { RawRequest, Verified } from '../../src/contract/channel.ts'
import { sha256 } from '../../src/kernel/hash.ts'
import { ok, type Result, refuse } from '../../src/kernel/result.ts'
import { type EmailConfig, threadKeyOf } from './config.ts'

/** Where a mail lay and what the server said about it; kept as the envelope's claims. */
const placeSchema = z.object({
  mailbox: z.string(),
  uid: z.coerce.number(),
  uidValidity: z.string(),
  /** Bytes of the whole mail. */
  size: z.coerce.number(),
  /** When the server took it, ms; null when it does not say. */
  internalDateMs: z.preprocess((value) => (value === '' ? null : value), z.coerce.number().nullable()),
  /** True when only its headers, or nothing, were fetched. */
  oversize: z.stringbool(),
})
export type MailPlace = z.infer<typeof placeSchema>

/** A fetched mail as the request that the inbox keeps: proved by us, since nobody else can vouch for what we pulled. */
export function fetchedRequest(
  body: Uint8Array,
  place: MailPlace,
  receivedAtMs: number,
  config: EmailConfig,
): RawRequest {
  const query = {
    mailbox: place.mailbox,
    uid: String(place.uid),
    uidValidity: place.uidValidity,
    size: String(place.size),
    internalDateMs: place.internalDateMs === null ? '' : String(place.internalDateMs),
    oversize: String(place.oversize),
  }
  const headers = { 'x-fetched-proof': proof(query, body, config) }
  return {
    method: 'IMAP',
    path: config.imap.host,
    query,
    headers,
    body,
    remoteAddress: config.imap.host,
    receivedAtMs,
  }
}

/**
 * Believes only what this account's own mailbox reader fetched, by its proof: mail never comes by HTTP, and whatever is
 * posted to the account's address is refused.
 */
export function verify(request: RawRequest, config: EmailConfig): Result<Verified> {
  const given = request.headers['x-fetched-proof']
  if (request.method !== 'IMAP' || !given) return refuse('signature.missing')
  const expected = Buffer.from(proof(request.query, request.body, config))
  const actual = Buffer.from(given)
  if (expected.length !== actual.length || !timingSafeEqual(expected, actual))
    return refuse('signature.invalid')
  const place = placeSchema.safeParse(request.query)
  if (!place.success) return refuse('request.invalid')
  return ok({ request, claims: place.data })
}

function proof(query: RawRequest['query'], body: Uint8Array, config: EmailConfig): string {
  const said = JSON.stringify([Object.entries(query).sort(), sha256(body)])
  return createHmac('sha256', threadKeyOf(config)).update(`fetched\0${said}`).digest('hex')
}
