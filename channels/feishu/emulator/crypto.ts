import { createCipheriv, createHash, randomBytes } from 'node:crypto'

/** What of the app's secrets a delivery needs. */
export interface PushKeys {
  /** Empty: deliveries are neither encrypted nor signed. */
  readonly encryptKey: string
}

/** A delivery as Feishu posts it. */
export interface SignedDelivery {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** AES-256-CBC under SHA-256 of the Encrypt Key, the initial vector in front, in base64. */
export function sealText(encryptKey: string, plain: string | Uint8Array, iv = randomBytes(16)): string {
  const key = createHash('sha256').update(encryptKey).digest()
  const cipher = createCipheriv('aes-256-cbc', key, iv)
  return Buffer.concat([iv, cipher.update(plain), cipher.final()]).toString('base64')
}

/** SHA-256 over time, nonce, Encrypt Key and body. */
export function signText(
  { timestamp, nonce, encryptKey }: { timestamp: string; nonce: string; encryptKey: string },
  body: string,
): string {
  return createHash('sha256')
    .update(timestamp + nonce + encryptKey + body)
    .digest('hex')
}

/** Encrypts and signs what is to be delivered. */
export function signDelivery(keys: PushKeys, plain: string | Uint8Array, atMs: number): SignedDelivery {
  const headers = { 'content-type': 'application/json; charset=utf-8' }
  const { encryptKey } = keys
  if (!encryptKey) return { headers, body: Buffer.from(plain) }
  const body = JSON.stringify({ encrypt: sealText(encryptKey, plain) })
  const timestamp = String(Math.floor(atMs / 1000))
  const nonce = randomBytes(5).toString('hex')
  return {
    headers: {
      ...headers,
      'x-lark-request-timestamp': timestamp,
      'x-lark-request-nonce': nonce,
      'x-lark-signature': signText({ timestamp, nonce, encryptKey }, body),
    },
    body: Buffer.from(body),
  }
}
