import { createHash, timingSafeEqual } from 'node:crypto'
import { decrypt, encrypt, getSignature } from '@wecom/crypto'
import { ok, type Result, refuse } from '../../src/kernel/result.ts'

/**
 * The message encryption that WeChat official accounts, WeCom and DingTalk's HTTP callbacks share (WeCom document 90968): SHA-1 over
 * sorted parts, AES-256-CBC under the 43-character EncodingAESKey, and the receiver's id inside the sealed text.
 */
export interface MsgCryptKeys {
  readonly token: string
  /** 43 characters of base64. */
  readonly aesKey: string
  /** corp id, app id, suite id or app key: who the message must be for; empty for WeCom's smart robots. */
  readonly receiveId: string
}

/** What came with a sealed text. */
export interface SealedMessage {
  readonly signature: string
  readonly timestamp: string
  readonly nonce: string
  /** Base64. */
  readonly encrypted: string
}

/**
 * Checks the signature in constant time, then decrypts, then checks whom the text is for. Refuses with `signature.missing` when
 * anything of it is missing and with `signature.invalid` when anything of it is wrong.
 */
export function openMessage(keys: MsgCryptKeys, sealed: SealedMessage): Result<string> {
  const { signature, timestamp, nonce, encrypted } = sealed
  if (!signature || !timestamp || !nonce || !encrypted) return refuse('signature.missing')
  if (!same(signature, getSignature(keys.token, timestamp, nonce, encrypted))) {
    return refuse('signature.invalid')
  }
  try {
    const { message, id } = decrypt(keys.aesKey, encrypted)
    if (!same(id, keys.receiveId)) return refuse('signature.invalid')
    return ok(message)
  } catch {
    // A signature over something that is no cipher text: signed by somebody with the token, but not for us.
    return refuse('signature.invalid')
  }
}

/** Encrypts an answer and signs it. `random` is 16 bytes; an answer whose bytes must not change derives it from the question. */
export function sealMessage(
  keys: MsgCryptKeys,
  text: string,
  at: { readonly timestamp: string; readonly nonce: string; readonly random: Buffer },
): SealedMessage {
  const encrypted = encrypt(keys.aesKey, text, keys.receiveId, at.random)
  const { timestamp, nonce } = at
  return { encrypted, timestamp, nonce, signature: getSignature(keys.token, timestamp, nonce, encrypted) }
}

/** The plain signature of an official account: SHA-1 over the sorted token, timestamp and nonce. Constant time. */
export function plainSignatureHolds(
  token: string,
  given: { readonly signature: string; readonly timestamp: string; readonly nonce: string },
): boolean {
  if (!given.signature || !given.timestamp || !given.nonce) return false
  const wanted = createHash('sha1')
    .update([token, given.timestamp, given.nonce].sort().join(''))
    .digest('hex')
  return same(given.signature, wanted)
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
