import { createHmac, timingSafeEqual } from 'node:crypto'
import type { RawRequest, Verified } from '../../src/contract/channel.ts'
import { ok, type Result, refuse } from '../../src/kernel/result.ts'
import type { BotConfig } from './config.ts'

const method = 'AIBOT'

/** A frame as the request that the inbox keeps. TLS and the signed-in connection vouch for it, so we prove it ourselves. */
export function frameRequest(body: Uint8Array, config: BotConfig, receivedAtMs: number): RawRequest {
  const host = new URL(config.wsUrl).host
  return {
    method,
    path: host,
    query: {},
    headers: { 'x-frame-proof': proof(body, config) },
    body,
    remoteAddress: host,
    receivedAtMs,
  }
}

/** Believes only what this robot's own connection heard: whatever is posted to the account's address is refused. Pure. */
export function verify(request: RawRequest, config: BotConfig): Result<Verified> {
  const given = request.headers['x-frame-proof']
  if (request.method !== method || !given) return refuse('signature.missing')
  const expected = Buffer.from(proof(request.body, config))
  const actual = Buffer.from(given)
  if (expected.length !== actual.length || !timingSafeEqual(expected, actual))
    return refuse('signature.invalid')
  return ok({ request, claims: {} })
}

function proof(body: Uint8Array, { botId, secret }: BotConfig): string {
  return createHmac('sha256', secret).update(`frame\0${botId}\0`).update(body).digest('hex')
}
