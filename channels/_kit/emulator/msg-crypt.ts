import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

/**
 * The vendor's side of the message encryption of WeChat and WeCom (document 90968), written from the document with Node's crypto
 * alone: what the channels decrypt with another implementation is encrypted here.
 */
export interface CryptKeys {
  readonly token: string
  /** 43 characters of base64. */
  readonly aesKey: string
  /** App id or corp id. */
  readonly receiverId: string
}

const block = 32

function digest(parts: readonly string[]): string {
  return createHash('sha1')
    .update([...parts].sort().join(''))
    .digest('hex')
}

/** The plain signature over token, timestamp and nonce. */
export function signPlain(token: string, timestamp: string, nonce: string): string {
  return digest([token, timestamp, nonce])
}

/** The signature over a sealed text. */
export function signSealed(token: string, timestamp: string, nonce: string, sealed: string): string {
  return digest([token, timestamp, nonce, sealed])
}

/** 16 bytes, the length of the text in four bytes, the text, the receiver; padded to 32 bytes and encrypted with AES-256-CBC. */
export function seal({ aesKey, receiverId }: CryptKeys, text: string, random = randomBytes(16)): string {
  const key = Buffer.from(`${aesKey}=`, 'base64')
  const said = Buffer.from(text)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(said.length)
  const plain = Buffer.concat([random, length, said, Buffer.from(receiverId)])
  const pad = block - (plain.length % block)
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  return Buffer.concat([
    cipher.update(plain),
    cipher.update(Buffer.alloc(pad, pad)),
    cipher.final(),
  ]).toString('base64')
}

/** The text and the receiver of a sealed text. Throws when it was not sealed with this key. */
export function unseal(
  { aesKey }: Pick<CryptKeys, 'aesKey'>,
  sealed: string,
): { readonly text: string; readonly receiverId: string } {
  const key = Buffer.from(`${aesKey}=`, 'base64')
  const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  const padded = Buffer.concat([decipher.update(Buffer.from(sealed, 'base64')), decipher.final()])
  const pad = padded.at(-1) ?? 0
  if (pad < 1 || pad > block || pad > padded.length) throw new Error('the padding is wrong')
  const plain = padded.subarray(0, padded.length - pad)
  const end = 20 + plain.readUInt32BE(16)
  if (end > plain.length) throw new Error('the length is wrong')
  return { text: plain.subarray(20, end).toString(), receiverId: plain.subarray(end).toString() }
}

/** A new token and EncodingAESKey, as the vendor's page makes them up. */
export function newCallbackKeys(): { readonly token: string; readonly aesKey: string } {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
  const some = (n: number) => Array.from(randomBytes(n), (byte) => letters[byte % letters.length]).join('')
  return { token: some(24), aesKey: some(43) }
}
