import type { RawRequest, RawResponse, Verified } from '../../src/contract/channel.ts'
import { ok, type Result, refuse } from '../../src/kernel/result.ts'
import { type MsgCryptKeys, openMessage } from '../_kit/msg-crypt.ts'
import { readXml, textOf } from '../_kit/wechat-xml.ts'
import type { WecomKfConfig } from './config.ts'
import { limits } from './limits.ts'

function keysOf({ corpId, token, aesKey }: WecomKfConfig): MsgCryptKeys {
  return { token, aesKey, receiveId: corpId }
}

function given({ query }: RawRequest) {
  const { msg_signature: signature = '', timestamp = '', nonce = '' } = query
  return { signature, timestamp, nonce }
}

/** The address check when the callback is saved: the decrypted `echostr` as plain text (document 90930). */
export function handshake(request: RawRequest, config: WecomKfConfig): Result<RawResponse> | null {
  const { echostr } = request.query
  if (request.method !== 'GET' || echostr === undefined) return null
  const opened = openMessage(keysOf(config), { ...given(request), encrypted: echostr })
  if (!opened.ok) return opened
  return ok({
    status: 200,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: opened.value,
  })
}

/** Believes a callback that is signed and encrypted for this corporation and not older than its repeats can be. */
export function verify(request: RawRequest, config: WecomKfConfig, nowMs: number): Result<Verified> {
  if (request.method !== 'POST') return refuse('signature.missing')
  const proof = given(request)
  let encrypted: string
  try {
    encrypted = textOf(readXml(Buffer.from(request.body).toString('utf8')), 'Encrypt')
  } catch {
    return refuse('signature.missing')
  }
  const opened = openMessage(keysOf(config), { ...proof, encrypted })
  if (!opened.ok) return opened
  if (!/^\d{1,12}$/.test(proof.timestamp)) return refuse('signature.invalid')
  if (Math.abs(nowMs - Number(proof.timestamp) * 1000) > limits.toleranceMs)
    return refuse('signature.expired')
  return ok({ request, claims: { message: opened.value } })
}
