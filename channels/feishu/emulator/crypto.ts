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

/** Encrypts (AES-256-CBC under SHA-256 of the Encrypt Key, initial vector in front) and signs what is to be delivered. */
export function signDelivery(keys: PushKeys, plain: string | Uint8Array, atMs: number): SignedDelivery {
  const headers = { 'content-type': 'application/json; charset=utf-8' }
  if (!keys.encryptKey) return { headers, body: Buffer.from(plain) }
  const key = createHash('sha256').update(keys.encryptKey).digest()
  const iv = randomBytes(16)
  const cipher = createCipheriv('aes-256-cbc', key, iv)
  const sealed = Buffer.concat([iv, cipher.update(plain), cipher.final()]).toString('base64')
  const body = JSON.stringify({ encrypt: sealed })
  const timestamp = String(Math.floor(atMs / 1000))
  const nonce = randomBytes(5).toString('hex')
  const signature = createHash('sha256')
    .update(timestamp + nonce + keys.encryptKey + body)
    .digest('hex')
  return {
    headers: {
      ...headers,
      'x-lark-request-timestamp': timestamp,
      'x-lark-request-nonce': nonce,
      'x-lark-signature': signature,
    },
    body: Buffer.from(body),
  }
}
