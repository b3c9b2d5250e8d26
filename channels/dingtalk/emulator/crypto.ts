import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto'

/** `sign` of a robot callback: base64 of HMAC-SHA256 over the time and the secret, under the secret. */
export const robotSign = (timestamp: string, appSecret: string) =>
  createHmac('sha256', appSecret).update(`${timestamp}\n${appSecret}`).digest('base64')

/** `x-ddpaas-signature` of a card callback: base64 of HMAC-SHA256 over the time. */
export const cardSign = (timestamp: string, apiSecret: string) =>
  createHmac('sha256', apiSecret).update(timestamp).digest('base64')

/** What an event subscription is sealed with. */
export interface EventKeys {
  readonly token: string
  readonly aesKey: string
  readonly receiver: string
}

const signature = (parts: readonly string[]) =>
  createHash('sha1')
    .update([...parts].sort().join(''))
    .digest('hex')

/** Seals a text: 16 random bytes, length, text, receiver, padded to 32, AES-256-CBC. */
export function seal(keys: EventKeys, text: string, timestamp: string, nonce: string) {
  const key = Buffer.from(`${keys.aesKey}=`, 'base64')
  const body = Buffer.from(text)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  const plain = Buffer.concat([randomBytes(16), length, body, Buffer.from(keys.receiver)])
  const pad = 32 - (plain.length % 32)
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  const padded = Buffer.concat([plain, Buffer.alloc(pad, pad)])
  const encrypt = Buffer.concat([cipher.update(padded), cipher.final()]).toString('base64')
  return { encrypt, signature: signature([keys.token, timestamp, nonce, encrypt]) }
}

/** Opens what was answered; null when signature or receiver are wrong. */
export function unseal(
  keys: EventKeys,
  sealed: { msg_signature: string; timeStamp: string; nonce: string; encrypt: string },
): string | null {
  const wanted = signature([keys.token, sealed.timeStamp, sealed.nonce, sealed.encrypt])
  if (wanted !== sealed.msg_signature) return null
  const key = Buffer.from(`${keys.aesKey}=`, 'base64')
  const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  const padded = Buffer.concat([decipher.update(Buffer.from(sealed.encrypt, 'base64')), decipher.final()])
  const plain = padded.subarray(16, padded.length - padded.at(-1)!)
  const length = plain.readUInt32BE(0)
  const receiver = plain.subarray(4 + length).toString()
  return receiver === keys.receiver ? plain.subarray(4, 4 + length).toString() : null
}
