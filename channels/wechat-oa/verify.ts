import type { RawRequest, RawResponse, Verified } from '../../src/contract/channel.ts'
import type { JsonObject } from '../../src/kernel/json.ts'
import { ok, type Result, refuse } from '../../src/kernel/result.ts'
import { type MsgCryptKeys, openMessage, plainSignatureHolds } from '../_kit/msg-crypt.ts'
import { readXml, textOf } from '../_kit/wechat-xml.ts'
import type { WechatOaConfig } from './config.ts'
import { limits } from './limits.ts'

/** What the vendor's address check and every callback carry in the query. */
function given({ query }: RawRequest) {
  const { signature = '', timestamp = '', nonce = '' } = query
  return { signature, timestamp, nonce }
}

/** Keys of the encrypted modes; null when the account takes plain messages. */
export function keysOf({ appId, token, aesKey }: WechatOaConfig): MsgCryptKeys | null {
  return aesKey === null ? null : { token, aesKey, receiveId: appId }
}

/** The address check when the server settings are saved: the `echostr` as it came, if the signature holds. */
export function handshake(request: RawRequest, config: WechatOaConfig): Result<RawResponse> | null {
  const { echostr } = request.query
  if (request.method !== 'GET' || echostr === undefined) return null
  const proof = given(request)
  if (!proof.signature) return refuse('signature.missing')
  if (!plainSignatureHolds(config.token, proof)) return refuse('signature.invalid')
  return ok({ status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: echostr })
}

/**
 * Believes a callback by its signature. With an EncodingAESKey only what is encrypted counts, also in the compatible mode, which sends
 * the plain message beside it: the plain signature covers no content. Without one the plain message is taken.
 */
export function verify(request: RawRequest, config: WechatOaConfig, nowMs: number): Result<Verified> {
  const keys = keysOf(config)
  const proof = given(request)
  if (request.method !== 'POST' || !proof.timestamp || !proof.nonce) return refuse('signature.missing')
  const opened = keys ? open(request, keys) : checkPlain(request, config)
  if (!opened.ok) return opened
  if (!/^\d{1,12}$/.test(proof.timestamp)) return refuse('signature.invalid')
  if (Math.abs(nowMs - Number(proof.timestamp) * 1000) > limits.toleranceMs)
    return refuse('signature.expired')
  const claims: JsonObject = opened.value === null ? {} : { message: opened.value }
  return ok({ request, claims })
}

function open(request: RawRequest, keys: MsgCryptKeys): Result<string> {
  const { timestamp, nonce } = given(request)
  const { msg_signature: signature = '' } = request.query
  let encrypted: string
  try {
    encrypted = textOf(readXml(Buffer.from(request.body).toString('utf8')), 'Encrypt')
  } catch {
    // Nobody signs what is no XML: told like everything else without proof.
    return refuse('signature.missing')
  }
  return openMessage(keys, { signature, timestamp, nonce, encrypted })
}

function checkPlain(request: RawRequest, { token }: WechatOaConfig): Result<null> {
  const proof = given(request)
  if (!proof.signature) return refuse('signature.missing')
  return plainSignatureHolds(token, proof) ? ok(null) : refuse('signature.invalid')
}
