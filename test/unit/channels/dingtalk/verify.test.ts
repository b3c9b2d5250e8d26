import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ack } from '../../../../channels/dingtalk/answer.ts'
import { cardSecretOf } from '../../../../channels/dingtalk/config.ts'
import { robotSign, seal, unseal } from '../../../../channels/dingtalk/emulator/crypto.ts'
import { type DingtalkEmulator, startDingtalkEmulator } from '../../../../channels/dingtalk/emulator/index.ts'
import { parse } from '../../../../channels/dingtalk/parse.ts'
import { frameRequest, proofHeader } from '../../../../channels/dingtalk/stream/request.ts'
import { verify } from '../../../../channels/dingtalk/verify.ts'
import type { RawRequest } from '../../../../src/contract/channel.ts'
import { sample, samplesAreHere } from '../samples.ts'
import { fixture, posted, settings, startMs } from './fixtures.ts'

const hour = 3_600_000

describe('what is posted to the callback address', () => {
  let emulator: DingtalkEmulator
  beforeAll(async () => {
    emulator = await startDingtalkEmulator()
  })
  afterAll(() => emulator.stop())

  const config = () =>
    settings({
      ...emulator.settings(),
      eventToken: emulator.eventKeys.token,
      eventAesKey: emulator.eventKeys.aesKey,
    })
  const refusal = (request: RawRequest, nowMs = startMs) => {
    const verified = verify(request, config(), nowMs)
    return verified.ok ? 'believed' : verified.refusal.code
  }
  const body = JSON.stringify(fixture('robot-text'))
  const robot = (text = body, atMs = startMs) => {
    const { headers, query } = emulator.signedRobotRequest(text, atMs)
    return posted({ ...headers }, text, { ...query })
  }
  const card = (text: string, secret = cardSecretOf(config()), atMs = startMs) =>
    posted({ ...emulator.signedCardRequest(text, atMs, secret).headers }, text)
  const event = (content: object = fixture('event')) => {
    const { headers, query, body: sealed } = emulator.sealedEventRequest(content, startMs)
    return posted({ ...headers }, sealed, { ...query })
  }

  it('is believed with DingTalk’s signature of a robot message, and for an hour only', () => {
    expect(refusal(robot())).toBe('believed')
    expect(refusal(robot(), startMs + hour)).toBe('believed')
    expect(refusal(robot(), startMs + hour + 1)).toBe('signature.expired')
    expect(refusal(robot(), startMs - hour - 1)).toBe('signature.expired')
  })

  it('is refused without, with half of, or with another application’s signature', () => {
    const { sign, timestamp } = robot().headers as { sign: string; timestamp: string }
    expect(refusal(posted({}, body))).toBe('signature.missing')
    expect(refusal(posted({ sign }, body))).toBe('signature.missing')
    expect(refusal(posted({ timestamp }, body))).toBe('signature.missing')
    for (const wrong of [
      { timestamp: String(startMs + 1), sign },
      { timestamp, sign: `${sign}=` },
      { timestamp, sign: sign.toLowerCase() },
      { timestamp: '1e12', sign },
      { timestamp: ` ${timestamp}`, sign },
    ])
      expect(refusal(posted(wrong, body))).toBe('signature.invalid')
    expect(verify(robot(), settings(), startMs)).toMatchObject({ refusal: { code: 'signature.invalid' } })
    expect(refusal({ ...robot(), method: 'GET' })).toBe('signature.missing')
  })

  it('is refused with a status and no envelope when it is cut off or not UTF-8', () => {
    expect(refusal(robot(body.slice(0, 40)))).toBe('request.malformed')
    expect(refusal(robot('[]'))).toBe('request.malformed')
    expect(refusal({ ...robot(), body: Buffer.from([0x7b, 0xff, 0x7d]) })).toBe('request.malformed')
  })

  it('is believed as a tap on a card with the secret under which our address is registered', () => {
    const text = JSON.stringify(fixture('card-content'))
    expect(refusal(card(text))).toBe('believed')
    expect(refusal(card(text, 'another secret'))).toBe('signature.invalid')
    expect(refusal(card(text), startMs + hour + 1)).toBe('signature.expired')
    const { 'x-ddpaas-signature-timestamp': _time, ...half } = card(text).headers
    expect(refusal(posted(half, text))).toBe('signature.missing')
  })

  it('cannot pass a robot’s signature off as a card’s, or the other way round', () => {
    const { sign, timestamp } = robot().headers as { sign: string; timestamp: string }
    const asCard = { 'x-ddpaas-signature': sign, 'x-ddpaas-signature-timestamp': timestamp }
    expect(refusal(posted(asCard, body))).toBe('signature.invalid')
  })

  it('is opened as an event, and answered with the sealed success that DingTalk wants', () => {
    const verified = verify(event(), config(), startMs)
    expect(verified.ok).toBe(true)
    if (!verified.ok) return
    expect(parse(verified.value)).toMatchObject([
      { kind: 'message', dedupeKey: 'event:ev-0001', message: { kind: 'event', automatic: 'bulk' } },
    ])
    const first = ack(verified.value, [], config())
    expect(emulator.takesEventAnswer(String(first.body))).toBe(true)
    expect(ack(verified.value, [], config())).toEqual(first)
  })

  it('is answered as an address check without storing anything', () => {
    const verified = verify(event({ EventType: 'check_url' }), config(), startMs)
    expect(verified.ok && parse(verified.value)).toEqual([])
  })

  it('is refused as an event when anything of it is changed, and when no keys are set', () => {
    const genuine = event()
    const { msg_signature: good } = genuine.query
    const wrong = [
      { ...genuine, query: { ...genuine.query, nonce: 'other' } },
      { ...genuine, query: { ...genuine.query, timestamp: '1' } },
      { ...genuine, query: { ...genuine.query, msg_signature: `0${good!.slice(1)}x`, signature: '' } },
      {
        ...genuine,
        body: Buffer.from(
          genuine.body
            .toString()
            .replace(/"encrypt":"./, (start) => (start.endsWith('A') ? '"encrypt":"B' : '"encrypt":"A')),
        ),
      },
    ]
    for (const request of wrong) expect(refusal(request as RawRequest)).toBe('signature.invalid')
    expect(refusal({ ...genuine, body: Buffer.from('{') })).toBe('signature.missing')
    const { ok, ...rest } = verify(genuine, settings(emulator.settings()), startMs)
    expect({ ok, ...rest }).toMatchObject({ ok: false, refusal: { code: 'channel.config_invalid' } })
  })

  it('is opened as an event for the CorpId where that is what it was sealed for', () => {
    const { clientId: receiver, ...others } = emulator.settings()
    const older = settings({ ...others, clientId: 'another', corpId: receiver })
    const keys = { eventToken: emulator.eventKeys.token, eventAesKey: emulator.eventKeys.aesKey }
    expect(verify(event(), { ...older, ...keys }, startMs).ok).toBe(true)
    expect(verify(event(), { ...older, ...keys, corpId: '' }, startMs).ok).toBe(false)
  })

  it('is never taken for a frame, whatever its headers say', () => {
    const frame = frameRequest(Buffer.from('{}'), 'wss.example', startMs, config())
    expect(verify(frame, config(), startMs).ok).toBe(true)
    expect(refusal({ ...frame, method: 'POST' })).toBe('signature.missing')
    expect(refusal({ ...frame, headers: {} })).toBe('signature.missing')
    expect(refusal({ ...frame, body: Buffer.from('{ }') })).toBe('signature.invalid')
    expect(refusal({ ...frame, headers: { [proofHeader]: 'x' } })).toBe('signature.invalid')
  })

  it('never throws, whatever comes', () => {
    const words = fc.dictionary(
      fc.constantFrom(
        'timestamp',
        'sign',
        'signature',
        'msg_signature',
        'nonce',
        'x-ddpaas-signature',
        'x-ddpaas-signature-timestamp',
        proofHeader,
      ),
      fc.string(),
    )
    fc.assert(
      fc.property(
        words,
        words,
        fc.uint8Array(),
        fc.constantFrom('POST', 'GET', 'STREAM'),
        (h, q, bytes, method) => {
          const verified = verify({ ...posted(h, bytes, q), method }, config(), startMs)
          expect(verified.ok).toBe(false)
        },
      ),
    )
  })
})

describe.skipIf(!samplesAreHere)('the public vectors (left out where ../shared/samples is not there)', () => {
  it('DingTalk’s own sample of a sealed event is opened as it says', () => {
    interface Vector {
      readonly [name: string]: string
    }
    const vectors = JSON.parse(sample('crypto/wx_dingtalk_msgcrypt.json')) as Vector[]
    const vector = vectors.find((each) => each.id === 'dingtalk-official')!
    const config = settings({
      clientId: vector.receive_id,
      eventToken: vector.token,
      eventAesKey: vector.aes_key,
    })
    const { msg_signature = '', timestamp = '', nonce = '' } = vector
    const request = posted({}, JSON.stringify({ encrypt: vector.encrypt }), {
      signature: msg_signature,
      timestamp,
      nonce,
    })
    const verified = verify(request, config, startMs)
    expect(verified.ok && verified.value.claims.text).toBe(vector.plaintext)
    expect(verified.ok && parse(verified.value)).toEqual([])
  })

  it('DingTalk’s own sample is opened by the emulator, which signs and seals in the same way', () => {
    interface Vector {
      readonly [name: string]: string
    }
    const vectors = JSON.parse(sample('crypto/wx_dingtalk_msgcrypt.json')) as Vector[]
    const vector = vectors.find((each) => each.id === 'dingtalk-official')!
    const { token, aes_key: aesKey, receive_id: receiver, timestamp, nonce, encrypt, msg_signature } = vector
    const keys = { token: token!, aesKey: aesKey!, receiver: receiver! }
    const given = {
      msg_signature: msg_signature!,
      timeStamp: timestamp!,
      nonce: nonce!,
      encrypt: encrypt!,
    }
    expect(unseal(keys, given)).toBe(vector.plaintext)
    expect(unseal(keys, { ...given, nonce: 'n' })).toBeNull()
    const sealed = seal(keys, vector.plaintext!, timestamp!, nonce!)
    const own = { ...given, msg_signature: sealed.signature, encrypt: sealed.encrypt }
    expect(unseal(keys, own)).toBe(vector.plaintext)
    const signs = JSON.parse(sample('crypto/other_signatures.json')) as Vector[]
    const sign = signs.find((each) => each.id === 'dingtalk-robot-sign-derived')!
    expect(robotSign(sign.timestamp!, sign.secret!)).toBe(sign.signature)
  })

  it('the sample of a robot’s signature is believed', () => {
    interface Vector {
      readonly [name: string]: string
    }
    const vectors = JSON.parse(sample('crypto/other_signatures.json')) as Vector[]
    const vector = vectors.find((each) => each.id === 'dingtalk-robot-sign-derived')!
    const request = posted({ timestamp: vector.timestamp!, sign: vector.signature! }, '{}')
    const config = settings({ clientSecret: vector.secret })
    expect(verify(request, config, Number(vector.timestamp)).ok).toBe(true)
  })
})
