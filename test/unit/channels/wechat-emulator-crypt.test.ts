import { createHash, randomBytes } from 'node:crypto'
import { decrypt, encrypt, getSignature } from '@wecom/crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  newCallbackKeys,
  seal,
  signPlain,
  signSealed,
  unseal,
} from '../../../channels/_kit/emulator/msg-crypt.ts'
import { sample, samplesAreHere } from './samples.ts'

const newKeys = () => ({ ...newCallbackKeys(), receiverId: `wx${randomBytes(8).toString('hex')}` })

describe('the emulators’ cipher against the vendor’s own package', () => {
  it('seals what @wecom/crypto opens, whatever the text', () => {
    const keys = newKeys()
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const { message, id } = decrypt(keys.aesKey, seal(keys, text))
        expect([message, id]).toEqual([text, keys.receiverId])
      }),
    )
  })

  it('opens what @wecom/crypto seals, and gives the same bytes for the same random', () => {
    const keys = newKeys()
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const random = randomBytes(16)
        const sealed = encrypt(keys.aesKey, text, keys.receiverId, random)
        expect(seal(keys, text, random)).toBe(sealed)
        expect(unseal(keys, sealed)).toEqual({ text, receiverId: keys.receiverId })
      }),
    )
  })

  it('signs as @wecom/crypto signs', () => {
    const { token, aesKey, receiverId } = newKeys()
    const sealed = seal({ token, aesKey, receiverId }, 'x')
    expect(signSealed(token, '1', 'n', sealed)).toBe(getSignature(token, '1', 'n', sealed))
    expect(signPlain('t', '1', 'n')).toBe(createHash('sha1').update('1nt').digest('hex'))
  })
})

interface Vector {
  readonly id: string
  readonly token?: string
  readonly aes_key?: string
  readonly receive_id?: string
  readonly msg_signature?: string
  readonly timestamp?: string
  readonly nonce?: string
  readonly encrypt?: string
  readonly plaintext?: string
  readonly plaintext_receive_id?: string
  readonly random_used?: string
  readonly expect_signature_failure?: boolean
}

describe.skipIf(!samplesAreHere)(
  'the emulators’ cipher against public vectors (left out where they are not beside the project)',
  () => {
    // The body is read even where it is left out.
    const vectors: Vector[] = samplesAreHere ? JSON.parse(sample('crypto/wx_dingtalk_msgcrypt.json')) : []
    const sealedOnes = vectors.filter((v) => v.encrypt && v.aes_key && v.token && v.timestamp && v.nonce)

    it.each(sealedOnes)('$id is signed and opened as it says', (v) => {
      const signature = signSealed(v.token!, v.timestamp!, v.nonce!, v.encrypt!)
      if (v.expect_signature_failure) return expect(signature).not.toBe(v.msg_signature)
      if (v.msg_signature) expect(signature).toBe(v.msg_signature)
      if (v.plaintext === undefined) return
      const opened = unseal({ aesKey: v.aes_key! }, v.encrypt!)
      expect(opened.text).toBe(v.plaintext)
      if (v.plaintext_receive_id !== undefined) expect(opened.receiverId).toBe(v.plaintext_receive_id)
      if (v.random_used) {
        const keys = { token: v.token!, aesKey: v.aes_key!, receiverId: opened.receiverId }
        expect(seal(keys, v.plaintext, Buffer.from(v.random_used))).toBe(v.encrypt)
      }
    })
  },
)
