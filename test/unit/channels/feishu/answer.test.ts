import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ack } from '../../../../channels/feishu/answer.ts'
import { drawCard } from '../../../../channels/feishu/card.ts'
import { eventOf } from '../../../../channels/feishu/emulator/events.ts'
import { faultOf, seenCard } from '../../../../channels/feishu/emulator/screen.ts'
import { deliveryErrorOf, FeishuFailure } from '../../../../channels/feishu/errors.ts'
import { limits } from '../../../../channels/feishu/limits.ts'
import type { Card, ReceiveOutcome, Verified } from '../../../../src/contract/channel.ts'

function verified(type: string): Verified {
  const event = eventOf({ appId: 'a', tenantKey: 't', token: 'v' }, type, 'e1', 0, {})
  const body = new TextEncoder().encode(JSON.stringify(event))
  const request = { method: 'WS', path: '', query: {}, headers: {}, body, remoteAddress: '', receivedAtMs: 0 }
  return { request, claims: {} }
}
const stored: ReceiveOutcome = { envelopeId: 'x', duplicate: false }
const card: Card = {
  id: 'c',
  title: '工单',
  lines: [],
  buttons: [],
  state: { text: '已接单', tone: 'success' },
}
const answer = (type: string, outcomes: ReceiveOutcome[]) => {
  const { status, body } = ack(verified(type), outcomes)
  return { status, body: JSON.parse(String(body)) }
}

describe('the answer to Feishu', () => {
  it('is an empty object to a message, 200 whatever became of it', () => {
    expect(answer('im.message.receive_v1', [stored])).toEqual({ status: 200, body: {} })
    expect(answer('im.message.receive_v1', [{ ...stored, duplicate: true }])).toEqual({
      status: 200,
      body: {},
    })
    expect(answer('contact.user.created_v3', [])).toEqual({ status: 200, body: {} })
  })

  it('to a tap says what came of it and shows the card as it is now', () => {
    const { body } = answer('card.action.trigger', [
      { ...stored, answer: { tone: 'success', text: '已接单', card } },
    ])
    expect(body.toast).toEqual({ type: 'success', content: '已接单' })
    expect(body.card.type).toBe('raw')
    expect(seenCard(body.card.data)).toMatchObject({ title: '工单', tags: ['已接单'], template: 'green' })
  })

  it('to a tap leaves the card alone when there is none, and asks for patience when nobody knew in time', () => {
    const said = answer('card.action.trigger', [
      { ...stored, answer: { tone: 'warning', text: '已被李师傅接单' } },
    ])
    expect(said.body).toEqual({ toast: { type: 'warning', content: '已被李师傅接单' } })
    expect(answer('card.action.trigger', [stored]).body.toast.i18n).toEqual({
      zh_cn: '处理中，请稍候',
      en_us: 'Working on it…',
    })
  })
})

describe('a card', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 400 })
  const cards: fc.Arbitrary<Card> = fc.record(
    {
      id: fc.stringMatching(/^[0-9A-Za-z_-]{1,64}$/),
      title: text,
      urgency: fc.constantFrom('low', 'normal', 'high', 'critical'),
      state: fc.record({ text, tone: fc.constantFrom('success', 'info', 'warning', 'error') }),
      lines: fc.array(fc.record({ label: text, value: text }), { maxLength: 60 }),
      buttons: fc.array(
        fc.record(
          {
            key: fc.stringMatching(/^[0-9A-Za-z_.:-]{1,200}$/),
            text: fc.string({ minLength: 1, maxLength: 400 }),
            style: fc.constantFrom('primary', 'danger', 'default'),
            url: fc.webUrl(),
          },
          { requiredKeys: ['key', 'text'] },
        ),
        { maxLength: 8 },
      ),
    },
    { requiredKeys: ['title', 'lines', 'buttons'] },
  )

  it('is one that Feishu takes and under its limit, whatever stands on it', () => {
    fc.assert(
      fc.property(cards, fc.constantFrom('zh', 'en'), text, (any, lang, said) => {
        const drawn = drawCard(any, lang, said)
        expect(faultOf(drawn)).toBeNull()
        expect(Buffer.byteLength(JSON.stringify(JSON.stringify(drawn)))).toBeLessThan(limits.cardBytes)
      }),
    )
  })

  it('without an id has no buttons that could be pressed', () => {
    const buttons = [
      { key: 'accept', text: '接单' },
      { key: 'open', text: '详情', url: 'https://hub.example' },
    ]
    const { id: _, ...nameless } = card
    expect(seenCard(drawCard({ ...nameless, buttons }, 'zh')).buttons.map((b) => b.text)).toEqual(['详情'])
  })
})

describe('an error code of Feishu', () => {
  const classified = (status: number, code: number, waitMs?: number) => {
    const {
      retry,
      code: name,
      waitMs: wait,
    } = deliveryErrorOf(new FeishuFailure(status, code, 'said', waitMs))
    return [retry, name, wait]
  }

  it('counts whatever the HTTP status is, and one that nobody knows counts by the status', () => {
    expect(classified(200, 230002)).toEqual(['never', '230002', undefined])
    expect(classified(403, 99991672)).toEqual(['never', '99991672', undefined])
    expect(classified(429, 99991403, 9000)).toEqual(['never', '99991403', undefined])
    expect(classified(400, 99991400, 52_000)).toEqual(['later', '99991400', 52_000])
    expect(classified(200, 7777777)).toEqual(['never', '7777777', undefined])
    expect(classified(503, 7777777)).toEqual(['later', '7777777', undefined])
    expect(classified(429, 0, 3000)).toEqual(['later', 'http_429', 3000])
  })
})
