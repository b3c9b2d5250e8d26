import { isUtf8 } from 'node:buffer'
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { RawRequest, Verified } from '../../src/contract/channel.ts'
import { ok, type Result, refuse } from '../../src/kernel/result.ts'
import { type MsgCryptKeys, openMessage } from '../_kit/msg-crypt.ts'
import { cardSecretOf, type DingtalkConfig } from './config.ts'
import { limits } from './limits.ts'
import { jsonObject } from './stream/frame.ts'
import { frameProof, proofHeader, streamMethod } from './stream/request.ts'

/**
 * Believes four kinds of delivery, each by its own proof: frames of our own connections, robot callbacks (`timestamp`, `sign`),
 * card callbacks (`x-ddpaas-signature`) and sealed events (`msg_signature`). Pure.
 */
export function verify(request: RawRequest, config: DingtalkConfig, nowMs: number): Result<Verified> {
  if (request.method === streamMethod) return verifyFrame(request, config)
  if (request.method !== 'POST') return refuse('signature.missing')
  if (request.query.msg_signature ?? request.query.signature) return verifyEvent(request, config)
  const isCard = request.headers['x-ddpaas-signature'] !== undefined
  const signed = isCard ? verifyCard(request, config, nowMs) : verifyRobot(request, config, nowMs)
  if (!signed.ok) return signed
  if (!isUtf8(request.body)) return refuse('request.malformed', { reason: 'not UTF-8' })
  if (!jsonObject(Buffer.from(request.body).toString('utf8')))
    return refuse('request.malformed', { reason: 'not a JSON object' })
  return ok({ request, claims: { push: isCard ? 'card' : 'robot' } })
}

function verifyFrame(request: RawRequest, config: DingtalkConfig): Result<Verified> {
  const given = request.headers[proofHeader]
  if (!given) return refuse('signature.missing')
  if (!same(given, frameProof(request.body, config))) return refuse('signature.invalid')
  return ok({ request, claims: {} })
}

/** Document "robot-message-type": base64 of HMAC-SHA256 over `timestamp\nappSecret`, at most an hour old. Covers no body. */
function verifyRobot({ headers }: RawRequest, config: DingtalkConfig, nowMs: number): Result<null> {
  const { timestamp, sign } = headers
  if (!timestamp || !sign) return refuse('signature.missing')
  return timed(timestamp, sign, `${timestamp}\n${config.clientSecret}`, config.clientSecret, nowMs)
}

/** Document "event-callback-card": base64 of HMAC-SHA256 over the time under the registered `apiSecret`. Covers no body. */
function verifyCard({ headers }: RawRequest, config: DingtalkConfig, nowMs: number): Result<null> {
  const { 'x-ddpaas-signature-timestamp': timestamp, 'x-ddpaas-signature': sign } = headers
  if (!timestamp || !sign) return refuse('signature.missing')
  return timed(timestamp, sign, timestamp, cardSecretOf(config), nowMs)
}

function timed(timestamp: string, sign: string, text: string, secret: string, nowMs: number): Result<null> {
  if (!/^\d{10,16}$/.test(timestamp)) return refuse('signature.invalid')
  if (!same(sign, createHmac('sha256', secret).update(text).digest('base64')))
    return refuse('signature.invalid')
  if (Math.abs(nowMs - Number(timestamp)) > limits.signatureAgeMs) return refuse('signature.expired')
  return ok(null)
}

/** Sealed events (document "configure-event-subcription"): WeChat's cipher, for the Client ID or, in older ones, the CorpId. */
function verifyEvent(request: RawRequest, config: DingtalkConfig): Result<Verified> {
  const keys = eventKeys(config)
  if (keys.length === 0) {
    return refuse('channel.config_invalid', { reason: 'eventToken, eventAesKey' })
  }
  const { msg_signature, signature, timestamp = '', nonce = '' } = request.query
  const body = jsonObject(Buffer.from(request.body).toString('utf8'))
  const encrypted = typeof body?.encrypt === 'string' ? body.encrypt : ''
  const sealed = { signature: msg_signature ?? signature ?? '', timestamp, nonce, encrypted }
  let refused: Result<string> | undefined
  for (const key of keys) {
    const opened = openMessage(key, sealed)
    if (opened.ok)
      return ok({ request, claims: { push: 'event', text: opened.value, receiveId: key.receiveId } })
    refused ??= opened
  }
  return refused as Result<never>
}

/** The keys under which an event may be sealed. */
export function eventKeys(config: DingtalkConfig): MsgCryptKeys[] {
  const { eventToken: token, eventAesKey: aesKey, clientId, corpId } = config
  if (!token || !aesKey) return []
  return [clientId, corpId].filter(Boolean).map((receiveId) => ({ token, aesKey, receiveId }))
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
