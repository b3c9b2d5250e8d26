import { isUtf8 } from 'node:buffer'
import type { RawRequest, RawResponse, Verified } from '../../src/contract/channel.ts'
import { ok, type Result, refuse } from '../../src/kernel/result.ts'
import { openMessage } from '../_kit/msg-crypt.ts'
import { callbackBytes, readXml, textOf } from '../_kit/wechat-xml.ts'
import { keysOf, type WecomConfig } from './config.ts'
import { limits } from './limits.ts'

/** What only decryption can know; stored with the envelope. */
export interface Claims {
  /** The XML of the message or event. */
  readonly xml: string
}

/**
 * Answers WeCom's check of the callback address (document 90930): the decrypted `echostr`, without quotes or line end. Null when the
 * request is none. Pure.
 */
export function handshake(request: RawRequest, config: WecomConfig): Result<RawResponse> | null {
  if (request.method !== 'GET') return null
  const opened = openMessage(keysOf(config), sealedIn(request, request.query.echostr ?? ''))
  if (!opened.ok) return opened
  return ok({ status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: opened.value })
}

/** Believes a callback whose signature, receiver (the corp id) and time are right. Pure. */
export function verify(request: RawRequest, config: WecomConfig, nowMs: number): Result<Verified> {
  if (request.body.byteLength > callbackBytes) return refuse('request.too_large', { limit: callbackBytes })
  const { msg_signature: signature, timestamp = '' } = request.query
  if (!signature) return refuse('signature.missing')
  const encrypted = encryptedIn(request.body)
  if (!encrypted.ok) return encrypted
  const opened = openMessage(keysOf(config), sealedIn(request, encrypted.value))
  if (!opened.ok) return opened
  const ageMs = Math.abs(nowMs - Number(timestamp) * 1000)
  if (!(ageMs <= limits.callbackAgeMs)) return refuse('signature.expired')
  const claims: Claims = { xml: opened.value }
  return ok({ request, claims: { ...claims } })
}

function sealedIn({ query }: RawRequest, encrypted: string) {
  const { msg_signature: signature = '', timestamp = '', nonce = '' } = query
  return { signature, timestamp, nonce, encrypted }
}

function encryptedIn(body: Uint8Array): Result<string> {
  if (!isUtf8(body)) return refuse('request.malformed', { reason: 'not UTF-8' })
  try {
    return ok(textOf(readXml(Buffer.from(body).toString('utf8')), 'Encrypt'))
  } catch {
    return refuse('request.malformed', { reason: 'not the XML of a callback' })
  }
}
