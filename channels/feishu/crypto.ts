import { createDecipheriv, createHash, timingSafeEqual } from 'node:crypto'

/**
 * `X-Lark-Signature`: lower-case hex of SHA-256 over timestamp, nonce, Encrypt Key and the body's raw bytes. (The official client
 * hashes the body after parsing and writing it again; Feishu signs what it sends.)
 */
export function signatureOf(
  timestamp: string,
  nonce: string,
  encryptKey: string,
  body: string | Uint8Array,
): string {
  return createHash('sha256').update(`${timestamp}${nonce}${encryptKey}`).update(body).digest('hex')
}

/**
 * Opens an encrypted delivery: AES-256-CBC under SHA-256 of the Encrypt Key, the first 16 bytes are the initial vector. Throws when
 * it is not one, or not for this key, or not UTF-8.
 */
export function openSealed(encryptKey: string, sealed: string): string {
  const bytes = Buffer.from(sealed, 'base64')
  if (bytes.length < 32) throw new Error('it is too short to be a sealed text')
  const key = createHash('sha256').update(encryptKey).digest()
  const decipher = createDecipheriv('aes-256-cbc', key, bytes.subarray(0, 16))
  const plain = Buffer.concat([decipher.update(bytes.subarray(16)), decipher.final()])
  return new TextDecoder('utf-8', { fatal: true }).decode(plain)
}

/** Equal, in constant time. */
export function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
