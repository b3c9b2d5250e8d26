import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

/** Token, EncodingAESKey and corp id of a callback, as the vendor holds them. */
export interface CallbackKeys {
  readonly token: string
  readonly aesKey: string
  readonly corpId: string
}

/** SHA-1 over the sorted parts (document 90968). */
export function signatureOf(keys: CallbackKeys, timestamp: string, nonce: string, encrypted: string): string {
  const parts = [keys.token, timestamp, nonce, encrypted].sort()
  return createHash('sha1').update(parts.join('')).digest('hex')
}

/** AES-256-CBC over 16 random bytes, the length, the text and the corp id, padded to 32 bytes. */
export function seal(keys: CallbackKeys, text: string): string {
  const key = Buffer.from(`${keys.aesKey}=`, 'base64')
  const message = Buffer.from(text)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(message.length)
  const plain = Buffer.concat([randomBytes(16), length, message, Buffer.from(keys.corpId)])
  const padding = 32 - (plain.length % 32)
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  return Buffer.concat([
    cipher.update(plain),
    cipher.update(Buffer.alloc(padding, padding)),
    cipher.final(),
  ]).toString('base64')
}

/** The text and whom it is for. Throws when it was not sealed with this key. */
export function open(keys: CallbackKeys, encrypted: string): { readonly text: string; readonly id: string } {
  const key = Buffer.from(`${keys.aesKey}=`, 'base64')
  const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  const padded = Buffer.concat([decipher.update(Buffer.from(encrypted, 'base64')), decipher.final()])
  const padding = padded.at(-1) ?? 0
  if (padding < 1 || padding > 32) throw new Error('the padding is wrong')
  const plain = padded.subarray(16, padded.length - padding)
  const length = plain.readUInt32BE(0)
  return { text: plain.subarray(4, 4 + length).toString(), id: plain.subarray(4 + length).toString() }
}
