import { createHmac } from 'node:crypto'
import type { RawRequest, Verified } from '../../src/contract/channel.ts'
import { sha256 } from '../../src/kernel/hash.ts'
import { ok, type Result, refuse } from '../../src/kernel/result.ts'
import type { FeishuConfig } from './config.ts'
import { same } from './crypto.ts'

/** The method of a request that came over the long connection; no HTTP server of ours knows it. */
export const frameMethod = 'WS'

/**
 * An event of the long connection as the request that the inbox keeps. The connection was authenticated when it was opened and its
 * frames carry no signature, so we vouch for what we heard: the proof needs the app's secret, and nobody can post such a request.
 */
export function frameRequest(body: Uint8Array, receivedAtMs: number, config: FeishuConfig): RawRequest {
  return {
    method: frameMethod,
    path: '/callback/ws',
    query: {},
    headers: { 'x-frame-proof': proof(body, config) },
    body,
    remoteAddress: config.baseUrl,
    receivedAtMs,
  }
}

/** Believes what `frameRequest` made for this account, and nothing else. */
export function verifyFrame(request: RawRequest, config: FeishuConfig): Result<Verified> {
  const given = request.headers['x-frame-proof']
  if (!given) return refuse('signature.missing')
  if (!same(given, proof(request.body, config))) return refuse('signature.invalid')
  return ok({ request, claims: {} })
}

function proof(body: Uint8Array, { appId, appSecret }: FeishuConfig): string {
  return createHmac('sha256', appSecret)
    .update(`frame\0${appId}\0${sha256(body)}`)
    .digest('hex')
}
