import { isUtf8 } from 'node:buffer'
import type { RawRequest, RawResponse, Verified } from '../../src/contract/channel.ts'
import type { JsonObject } from '../../src/kernel/json.ts'
import { ok, type Result, refuse } from '../../src/kernel/result.ts'
import type { FeishuConfig } from './config.ts'
import { openSealed, same, signatureOf } from './crypto.ts'
import { frameMethod, verifyFrame } from './frame.ts'
import { limits } from './limits.ts'
import { objectOf, readObject, textOf } from './shape.ts'

/** A challenge is short: what is longer is an event and need not be opened to find out. */
const longestChallenge = 2048

/**
 * Answers the address check that Feishu makes when the callback address is saved (url_verification), plain and encrypted; null when
 * the request is not one. The check is not signed: the Verification Token inside it, or the Encrypt Key around it, must be ours.
 */
export function handshake(request: RawRequest, config: FeishuConfig): Result<RawResponse> | null {
  if (config.mode !== 'webhook' || request.method !== 'POST' || request.body.length > longestChallenge)
    return null
  const body = readObject(Buffer.from(request.body).toString())
  if (!body) return null
  const sealed = textOf(body.encrypt)
  const check = sealed ? opened(sealed, config) : body
  if (check?.type !== 'url_verification') return null
  const challenge = textOf(check.challenge)
  const { verificationToken } = config
  if (!challenge) return refuse('request.malformed', { reason: 'there is no challenge' })
  if (verificationToken ? !same(textOf(check.token), verificationToken) : !sealed)
    return refuse('signature.invalid')
  return ok({ status: 200, headers: jsonHeaders, body: JSON.stringify({ challenge }) })
}

const jsonHeaders = { 'content-type': 'application/json; charset=utf-8' }

function opened(sealed: string, { encryptKey }: FeishuConfig): JsonObject | null {
  if (!encryptKey) return null
  try {
    return readObject(openSealed(encryptKey, sealed))
  } catch {
    return null
  }
}

/**
 * With an Encrypt Key: the signature over the raw bytes, then the time, then the seal. Without: the Verification Token inside the
 * body. Frames of the long connection: our own proof. Fails closed; in the mode `long-connection` no post is believed.
 */
export function verify(request: RawRequest, config: FeishuConfig, nowMs: number): Result<Verified> {
  if (request.method === frameMethod) return verifyFrame(request, config)
  if (request.method !== 'POST' || config.mode !== 'webhook') return refuse('signature.missing')
  return config.encryptKey ? verifySealed(request, config.encryptKey, nowMs) : verifyPlain(request, config)
}

function verifySealed(request: RawRequest, encryptKey: string, nowMs: number): Result<Verified> {
  const timestamp = request.headers['x-lark-request-timestamp']
  const nonce = request.headers['x-lark-request-nonce']
  const signature = request.headers['x-lark-signature']
  if (!timestamp || !nonce || !signature) return refuse('signature.missing')
  if (!/^\d{1,12}$/.test(timestamp)) return refuse('signature.invalid')
  if (!same(signature, signatureOf(timestamp, nonce, encryptKey, request.body)))
    return refuse('signature.invalid')
  // As long as Feishu delivers again: within that time the event's id makes a captured request harmless.
  if (Math.abs(nowMs - Number(timestamp) * 1000) > limits.redeliveryMs) return refuse('signature.expired')
  const sealed = textOf(readObject(Buffer.from(request.body).toString())?.encrypt)
  if (!sealed) return refuse('request.malformed', { reason: 'there is no encrypted text' })
  try {
    return ok({ request, claims: { text: openSealed(encryptKey, sealed) } })
  } catch {
    return refuse('request.malformed', { reason: 'the encrypted text cannot be opened' })
  }
}

function verifyPlain(request: RawRequest, config: FeishuConfig): Result<Verified> {
  if (!isUtf8(request.body)) return refuse('request.malformed', { reason: 'not UTF-8' })
  const body = readObject(Buffer.from(request.body).toString())
  if (!body) return refuse('request.malformed', { reason: 'not a JSON object' })
  if (body.encrypt !== undefined)
    return refuse('channel.config_invalid', { reason: 'Encrypt Key 未设置 (the Encrypt Key is not set)' })
  const given = textOf(objectOf(body.header).token) || textOf(body.token)
  if (!given) return refuse('signature.missing')
  if (!config.verificationToken || !same(given, config.verificationToken)) return refuse('signature.invalid')
  return ok({ request, claims: {} })
}
