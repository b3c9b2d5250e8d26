import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type MsgCryptKeys,
  openMessage,
  plainSignatureHolds,
  sealMessage,
} from '../../../channels/_kit/msg-crypt.ts'
import { sample, samplesAreHere } from './samples.ts'

const keysOf = (receiveId = 'ww0123'): MsgCryptKeys => ({
  token: randomBytes(8).toString('hex'),
  aesKey: randomBytes(32).toString('base64').slice(0, 43),
  receiveId,
})
const at = () => ({ timestamp: '1772413200', nonce: 'n-1', random: randomBytes(16) })

describe('a sealed message', () => {
  it('opens as what was sealed, whatever the text', () => {
    const keys = keysOf()
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const opened = openMessage(keys, sealMessage(keys, text, at()))
        expect(opened).toEqual({ ok: true, value: text })
      }),
    )
  })

  it('is refused with another token, another key, another receiver, and with any part changed', () => {
    const keys = keysOf()
    const sealed = sealMessage(keys, '<xml>你好</xml>', at())
    const wrong = [
      openMessage({ ...keys, token: 'other' }, sealed),
      openMessage({ ...keys, aesKey: keysOf().aesKey }, sealed),
      openMessage({ ...keys, receiveId: 'ww9999' }, sealed),
      openMessage(keys, { ...sealed, timestamp: '1772413201' }),
      openMessage(keys, { ...sealed, nonce: 'n-2' }),
      openMessage(keys, {
        ...sealed,
        encrypted: `${sealed.encrypted.startsWith('A') ? 'B' : 'A'}${sealed.encrypted.slice(1)}`,
      }),
      openMessage(keys, { ...sealed, signature: `0${sealed.signature.slice(1)}x` }),
    ]
    for (const result of wrong)
      expect(result).toMatchObject({ ok: false, refusal: { code: 'signature.invalid' } })
    expect(openMessage(keys, { ...sealed, signature: '' })).toMatchObject({
      refusal: { code: 'signature.missing' },
    })
  })

  it('is refused when it is well signed and no cipher text', () => {
    const keys = keysOf()
    fc.assert(
      fc.property(fc.string(), (text) => {
        const { timestamp, nonce } = at()
        const { signature } = { ...sealMessage({ ...keys }, 'x', at()) }
        expect(openMessage(keys, { signature, timestamp, nonce, encrypted: text || 'x' }).ok).toBe(false)
      }),
    )
  })
})

describe('the plain signature', () => {
  it('holds for its own token, time and nonce only', () => {
    // sha1 of "1772413200" + "n-1" + "token" in sorted order, computed with sha1sum.
    const given = {
      timestamp: '1772413200',
      nonce: 'n-1',
      signature: '071a808871db8921698b44037d3409ad345ae1bf',
    }
    expect(plainSignatureHolds('token', given)).toBe(true)
    expect(plainSignatureHolds('token', { ...given, nonce: 'n-2' })).toBe(false)
    expect(plainSignatureHolds('other', given)).toBe(false)
    expect(plainSignatureHolds('token', { ...given, signature: '' })).toBe(false)
  })
})

interface Vector {
  readonly id: string
  readonly token: string
  readonly aes_key: string
  readonly receive_id: string | null
  readonly msg_signature?: string
  readonly timestamp?: string
  readonly nonce?: string
  readonly encrypt: string
  readonly plaintext?: string
  readonly plaintext_receive_id?: string
  readonly random_used?: string
  readonly expect_signature_failure?: boolean
  readonly expect_receiveid_failure?: boolean
}

describe.skipIf(!samplesAreHere)('the public vectors (left out where ../shared/samples is not there)', () => {
  const vectors = samplesAreHere ? (JSON.parse(sample('crypto/wx_dingtalk_msgcrypt.json')) as Vector[]) : []

  it('are opened as they say, and refused where they say so', () => {
    const signed = vectors.filter((v) => v.msg_signature)
    expect(signed.length).toBeGreaterThan(10)
    for (const v of signed) {
      const keys = { token: v.token, aesKey: v.aes_key, receiveId: v.receive_id ?? v.plaintext_receive_id! }
      const opened = openMessage(keys, {
        signature: v.msg_signature!,
        timestamp: v.timestamp!,
        nonce: v.nonce!,
        encrypted: v.encrypt,
      })
      const refused = v.expect_signature_failure || v.expect_receiveid_failure
      expect({ id: v.id, text: opened.ok && opened.value }).toEqual({
        id: v.id,
        text: !refused && v.plaintext,
      })
    }
  })

  it('are sealed to the same cipher text where they name their random bytes', () => {
    const fixed = vectors.filter((v) => v.random_used)
    expect(fixed.length).toBeGreaterThan(2)
    for (const v of fixed) {
      const keys = { token: v.token, aesKey: v.aes_key, receiveId: v.receive_id! }
      const at = { timestamp: '1', nonce: '1', random: Buffer.from(v.random_used!) }
      expect(sealMessage(keys, v.plaintext!, at).encrypted).toBe(v.encrypt)
    }
  })
})
