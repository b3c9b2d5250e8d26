import { createCipheriv, randomBytes } from 'node:crypto'

/** A file as the vendor gives it away: AES-256-CBC under a key of its own, padded to 32 bytes (document 101463). */
export function sealFile(content: Uint8Array): { readonly sealed: Buffer; readonly aesKey: string } {
  const key = randomBytes(32)
  const padding = 32 - (content.length % 32)
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  const sealed = Buffer.concat([
    cipher.update(content),
    cipher.update(Buffer.alloc(padding, padding)),
    cipher.final(),
  ])
  return { sealed, aesKey: key.toString('base64') }
}
