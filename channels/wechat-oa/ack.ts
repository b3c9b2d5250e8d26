import { createHash } from 'node:crypto'
import type { RawResponse, Verified } from '../../src/contract/channel.ts'
import { sealMessage } from '../_kit/msg-crypt.ts'
import { cdata, textOf, type XmlObject } from '../_kit/wechat-xml.ts'
import type { WechatOaConfig } from './config.ts'
import { messageXml } from './parse.ts'
import { keysOf } from './verify.ts'

const taken: RawResponse = {
  status: 200,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: 'success',
}

/**
 * `success`, after which the vendor delivers no more; the hub answers later. With a receipt text that text, as passive reply to
 * messages (not to events), encrypted where the request was. Repeats get the same bytes. Pure.
 */
export function ack(verified: Verified, config: WechatOaConfig): RawResponse {
  if (config.receiptText === null) return taken
  const xml = readable(verified)
  if (!xml || textOf(xml, 'MsgType') === 'event') return taken
  const headers = { 'content-type': 'application/xml; charset=utf-8' }
  return { status: 200, headers, body: sealed(replyXml(xml, config.receiptText), verified, config) }
}

function readable(verified: Verified): XmlObject | null {
  try {
    return messageXml(verified)
  } catch {
    return null
  }
}

function replyXml(xml: XmlObject, text: string): string {
  const [from, to] = [textOf(xml, 'FromUserName'), textOf(xml, 'ToUserName')]
  const seconds = /^\d{1,11}$/.test(textOf(xml, 'CreateTime')) ? textOf(xml, 'CreateTime') : '0'
  return `<xml><ToUserName>${cdata(from)}</ToUserName><FromUserName>${cdata(to)}</FromUserName><CreateTime>${seconds}</CreateTime><MsgType>${cdata('text')}</MsgType><Content>${cdata(text)}</Content></xml>`
}

function sealed(reply: string, { request }: Verified, config: WechatOaConfig): string {
  const keys = keysOf(config)
  if (!keys) return reply
  const { timestamp = '0', nonce = '' } = request.query
  // From the question, so that the same question gets the same answer.
  const random = createHash('sha256')
    .update(`${keys.aesKey}\n${timestamp}\n${nonce}\n`)
    .update(request.body)
    .digest()
    .subarray(0, 16)
  const { encrypted, signature } = sealMessage(keys, reply, { timestamp, nonce, random })
  return `<xml><Encrypt>${cdata(encrypted)}</Encrypt><MsgSignature>${cdata(signature)}</MsgSignature><TimeStamp>${timestamp}</TimeStamp><Nonce>${cdata(nonce)}</Nonce></xml>`
}
