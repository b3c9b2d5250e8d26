import { randomBytes } from 'node:crypto'
import type { Callback } from '../../_kit/emulator/courier.ts'
import { type CryptKeys, seal, signPlain, signSealed } from '../../_kit/emulator/msg-crypt.ts'

/** How the account's messages are sent: 明文, 兼容 or 安全模式. */
export type Mode = 'plain' | 'compatible' | 'secure'

/** XML with every value in CDATA, as WeChat writes it. Nested objects become elements. */
export function xmlOf(fields: object): string {
  return `<xml>\n${elements(fields)}\n</xml>`
}

function elements(fields: object): string {
  return Object.entries(fields)
    .map(([name, value]) => {
      if (typeof value === 'object' && value !== null) return `<${name}>${elements(value)}</${name}>`
      if (typeof value === 'number') return `<${name}>${value}</${name}>`
      return `<${name}><![CDATA[${String(value)}]]></${name}>`
    })
    .join('\n')
}

/** Signs and, by mode, encrypts a message for the account. Cheap enough for load tests. */
export function signed(
  xml: string,
  atMs: number,
  keys: CryptKeys,
  mode: Mode,
  nonce = randomBytes(5).toString('hex'),
): Callback {
  const timestamp = String(Math.floor(atMs / 1000))
  const query = {
    signature: signPlain(keys.token, timestamp, nonce),
    timestamp,
    nonce,
    openid: openIdIn(xml),
  }
  if (mode === 'plain') return { query, body: xml }
  const sealed = seal(keys, xml)
  const to = /<ToUserName>(?:<!\[CDATA\[)?([^\]<]*)/.exec(xml)?.[1] ?? ''
  const outer = `<ToUserName><![CDATA[${to}]]></ToUserName>\n<Encrypt><![CDATA[${sealed}]]></Encrypt>`
  const body = mode === 'secure' ? `<xml>\n${outer}\n</xml>` : xml.replace(/<\/xml>\s*$/, `${outer}\n</xml>`)
  const sealing = { encrypt_type: 'aes', msg_signature: signSealed(keys.token, timestamp, nonce, sealed) }
  return { query: { ...query, ...sealing }, body }
}

/** The address check that is made when the server settings are saved. */
export function addressCheck(atMs: number, keys: CryptKeys): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(atMs / 1000))
  const nonce = randomBytes(5).toString('hex')
  const echostr = String(randomBytes(6).readUIntBE(0, 6))
  return { signature: signPlain(keys.token, timestamp, nonce), timestamp, nonce, echostr }
}

function openIdIn(xml: string): string {
  return /<FromUserName>(?:<!\[CDATA\[)?([^\]<]*)/.exec(xml)?.[1] ?? ''
}
