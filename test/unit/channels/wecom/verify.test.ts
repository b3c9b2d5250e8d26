import { randomBytes } from 'node:crypto'
import { decrypt, encrypt, getSignature } from '@wecom/crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { WecomConfig } from '../../../../channels/wecom/config.ts'
import { addressCheck } from '../../../../channels/wecom/emulator/callbacks.ts'
import { open, seal, signatureOf } from '../../../../channels/wecom/emulator/crypto.ts'
import { startWecomEmulator, textXml, type WecomEmulator } from '../../../../channels/wecom/emulator/index.ts'
import { handshake, verify } from '../../../../channels/wecom/verify.ts'
import { sample, samplesAreHere } from '../samples.ts'
import { nowMs, request, settings } from './subject.ts'

let emulator: WecomEmulator
let config: WecomConfig
beforeAll(async () => {
  emulator = await startWecomEmulator({ now: () => nowMs })
  config = settings(emulator)
})
afterAll(() => emulator.stop())

const bytes = (text: string) => new TextEncoder().encode(text)
function callback(body = emulator.body(emulator.xml('lishifu', textXml('你好', '1')))) {
  return request({ body, query: emulator.query(body, nowMs) })
}
const codeOf = (given: ReturnType<typeof callback>, at = nowMs) => {
  const result = verify(given, config, at)
  return result.ok ? 'ok' : result.refusal.code
}

describe('the check of the callback address', () => {
  it('is answered with the decrypted echostr and nothing else', () => {
    const { query, wanted } = addressCheck(emulator.state, nowMs)
    expect(handshake(request({ method: 'GET', query }), config)).toEqual({
      ok: true,
      value: { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: wanted },
    })
  })

  it('is refused when anything of it is missing or wrong', () => {
    const { query } = addressCheck(emulator.state, nowMs)
    const tried = [
      {},
      { ...query, nonce: '1' },
      { ...query, echostr: 'AAAA' },
      { ...query, msg_signature: '' },
    ]
    for (const wrong of tried) {
      const answer = handshake(request({ method: 'GET', query: wrong as Record<string, string> }), config)
      expect(answer?.ok).toBe(false)
    }
  })

  it('is told from a callback by its method', () => {
    expect(handshake(callback(), config)).toBeNull()
  })
})

describe('a callback', () => {
  it('is believed, and decrypted into what is stored with it', () => {
    const verified = verify(callback(), config, nowMs)
    expect(verified.ok && verified.value.claims.xml).toContain('你好')
  })

  it('is refused with a code of the catalogue and without an exception when it is none', () => {
    const genuine = callback()
    const other = emulator.body(emulator.xml('lishifu', textXml('别的', '2')))
    const tooLarge = new Uint8Array(300 * 1024)
    const entity = bytes(`<!DOCTYPE xml [<!ENTITY e "x">]><xml><Encrypt>&e;</Encrypt></xml>`)
    expect(codeOf({ ...genuine, query: {} })).toBe('signature.missing')
    expect(codeOf({ ...genuine, body: other })).toBe('signature.invalid')
    expect(codeOf({ ...genuine, body: genuine.body.subarray(0, 80) })).toBe('request.malformed')
    expect(codeOf({ ...genuine, body: bytes('<xml><a>1</a></xml>') })).toBe('signature.missing')
    expect(codeOf({ ...genuine, body: new Uint8Array([0xff, 0xfe, 0x00]) })).toBe('request.malformed')
    expect(codeOf({ ...genuine, body: entity })).toBe('request.malformed')
    expect(codeOf({ ...genuine, body: tooLarge })).toBe('request.too_large')
    expect(codeOf(genuine, nowMs + 16 * 60_000)).toBe('signature.expired')
    expect(codeOf(genuine, nowMs - 16 * 60_000)).toBe('signature.expired')
  })

  it('for another corporation is refused, although token and key are ours', () => {
    const stolen = bytes(`<xml><Encrypt>${seal({ ...config, corpId: 'ww-other' }, '<xml/>')}</Encrypt></xml>`)
    const encrypted = /<Encrypt>(.*)<\/Encrypt>/.exec(Buffer.from(stolen).toString())![1]!
    const timestamp = String(nowMs / 1000)
    const query = { msg_signature: signatureOf(config, timestamp, '7', encrypted), timestamp, nonce: '7' }
    expect(codeOf(request({ body: stolen, query }))).toBe('signature.invalid')
  })

  it('of random bytes under any query is refused and throws nothing', () => {
    const queries = fc.dictionary(fc.constantFrom('msg_signature', 'timestamp', 'nonce'), fc.string())
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), queries, (body, query) => {
        expect(codeOf(request({ body, query }))).not.toBe('ok')
      }),
    )
  })
})

describe('the emulator’s own cipher', () => {
  const keys = () => ({
    token: randomBytes(8).toString('hex'),
    aesKey: randomBytes(32).toString('base64').slice(0, 43),
    corpId: `ww${randomBytes(8).toString('hex')}`,
  })

  it('is understood by the vendor’s package, and understands it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const k = keys()
        const { message, id } = decrypt(k.aesKey, seal(k, text))
        expect([message, id]).toEqual([text, k.corpId])
        expect(open(k, encrypt(k.aesKey, text, k.corpId))).toEqual({ text, id: k.corpId })
        expect(signatureOf(k, '1', '2', text)).toBe(getSignature(k.token, '1', '2', text))
      }),
    )
  })

  it.skipIf(!samplesAreHere)(
    'opens the public vectors (left out where ../shared/samples is not there)',
    () => {
      const vectors = JSON.parse(sample('crypto/wx_dingtalk_msgcrypt.json')) as Record<string, string>[]
      const good = vectors.filter((v) => v.plaintext && v.plaintext_receive_id)
      expect(good.length).toBeGreaterThan(8)
      for (const v of good) {
        const k = { token: v.token!, aesKey: v.aes_key!, corpId: v.plaintext_receive_id! }
        expect(open(k, v.encrypt!)).toEqual({ text: v.plaintext, id: v.plaintext_receive_id })
        if (v.msg_signature && !v.expect_signature_failure && !v.expect_receiveid_failure) {
          expect(signatureOf(k, v.timestamp!, v.nonce!, v.encrypt!)).toBe(v.msg_signature)
        }
      }
    },
  )
})

interface Vector {
  readonly token: string
  readonly aes_key: string
  readonly receive_id: string
  readonly msg_signature: string
  readonly timestamp: string
  readonly nonce: string
  readonly encrypt: string
  readonly plaintext: string
}

describe.skipIf(!samplesAreHere)(
  'the vendor’s official samples (left out where ../shared/samples is not there)',
  () => {
    const vectors = samplesAreHere
      ? (JSON.parse(sample('crypto/wx_dingtalk_msgcrypt.json')) as (Vector & { id: string })[])
      : []
    const vector = (id: string) => vectors.find((v) => v.id === id)!
    const configOf = (v: Vector) => ({ ...config, token: v.token, aesKey: v.aes_key, corpId: v.receive_id })
    const queryOf = ({ msg_signature, timestamp, nonce }: Vector) => ({ msg_signature, timestamp, nonce })

    it.each(['wecom-official-verifyurl', 'wecom-py3-verifyurl', 'wechatpy-work-echostr'])(
      '%s: the address is confirmed',
      (id) => {
        const v = vector(id)
        const query = { ...queryOf(v), echostr: v.encrypt }
        const answer = handshake(request({ method: 'GET', query }), configOf(v))
        expect(answer).toMatchObject({ ok: true, value: { body: v.plaintext } })
      },
    )

    it.each(['wecom-official-decryptmsg', 'wecom-py3-decryptmsg'])('%s: the message is believed', (id) => {
      const v = vector(id)
      const body = bytes(`<xml><Encrypt><![CDATA[${v.encrypt}]]></Encrypt></xml>`)
      const verified = verify(request({ body, query: queryOf(v) }), configOf(v), Number(v.timestamp) * 1000)
      expect(verified.ok && verified.value.claims.xml).toBe(v.plaintext)
    })
  },
)
