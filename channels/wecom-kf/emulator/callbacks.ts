import { randomBytes } from 'node:crypto'
import type { Callback } from '../../_kit/emulator/courier.ts'
import { type CryptKeys, seal, signSealed } from '../../_kit/emulator/msg-crypt.ts'

/** Signs and encrypts a callback's XML. Cheap enough for load tests. */
export function sealed(
  xml: string,
  atMs: number,
  keys: CryptKeys,
  nonce = randomBytes(5).toString('hex'),
): Callback {
  const timestamp = String(Math.floor(atMs / 1000))
  const encrypted = seal(keys, xml)
  const query = { msg_signature: signSealed(keys.token, timestamp, nonce, encrypted), timestamp, nonce }
  const body = `<xml><ToUserName><![CDATA[${keys.receiverId}]]></ToUserName><Encrypt><![CDATA[${encrypted}]]></Encrypt><AgentID><![CDATA[]]></AgentID></xml>`
  return { query, body }
}

/** The announcement that something waits for an account. */
export function announcement(corpId: string, openKfId: string, token: string, atMs: number): string {
  return `<xml><ToUserName><![CDATA[${corpId}]]></ToUserName><CreateTime>${Math.floor(atMs / 1000)}</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[kf_msg_or_event]]></Event><Token><![CDATA[${token}]]></Token><OpenKfId><![CDATA[${openKfId}]]></OpenKfId></xml>`
}

/** The address check that is made when the callback is saved, and what must be answered. */
export function addressCheck(
  atMs: number,
  keys: CryptKeys,
): { readonly query: Readonly<Record<string, string>>; readonly answer: string } {
  const timestamp = String(Math.floor(atMs / 1000))
  const nonce = randomBytes(5).toString('hex')
  const answer = String(randomBytes(6).readUIntBE(0, 6))
  const echostr = seal(keys, answer)
  return {
    query: { msg_signature: signSealed(keys.token, timestamp, nonce, echostr), timestamp, nonce, echostr },
    answer,
  }
}
