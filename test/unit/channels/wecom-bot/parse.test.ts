import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { render } from '../../../../channels/wecom-bot/render.ts'
import { frameRequest, verify } from '../../../../channels/wecom-bot/verify.ts'
import type { Outbound } from '../../../../src/contract/channel.ts'
import type { Envelope, MessageEnvelope } from '../../../../src/contract/message.ts'
import { config, fixtures, read } from './world.ts'

const frames = fixtures()
const only = (name: string) => read(frames.get(name))[0]
const message = (name: string) => (only(name) as MessageEnvelope).message

describe('a frame', () => {
  it('with a text is a message of its sender', () => {
    expect(only('text')).toMatchObject({
      kind: 'message',
      dedupeKey: 'msg:m1',
      senderKey: 'lishifu',
      threadKey: 'lishifu',
      message: { kind: 'text', text: '空调不制冷', providerMessageId: 'm1', sentAtMs: 1_772_413_200_000 },
    })
  })

  it('from a group has a thread of sender and group, is answered in the group, and keeps what it quotes', () => {
    expect(only('text in a group with a quote')).toMatchObject({
      threadKey: JSON.stringify(['wr-group', 'lishifu']),
      message: {
        text: '@一通 催一下',
        fullText: '@一通 催一下\n\n> T260302-0001\n> 处理中',
        replyTo: { chatid: 'wr-group' },
      },
    })
  })

  it('with a voice has the words that the vendor heard', () => {
    expect(message('voice')).toMatchObject({ kind: 'voice', text: '已经到现场了', attachments: [] })
  })

  it('with pictures brings each with its own key', () => {
    expect(message('image').attachments).toMatchObject([
      { source: { kind: 'fetch', ref: { url: 'https://files.example.com/1', aesKey: 'a2V5' } } },
    ])
    expect(message('mixed')).toMatchObject({ kind: 'image', text: '外机照片\n漏水', attachments: [{}] })
  })

  it('of a type that nobody knows is kept; an unknown event opens nothing; looking in is nothing', () => {
    expect(message('unknown type')).toMatchObject({ kind: 'unsupported', unsupported: 'hologram' })
    expect(message('unknown event')).toMatchObject({ unsupported: 'event:brain_wave', automatic: 'bulk' })
    expect(read(frames.get('enter chat'))).toEqual([])
  })

  it.each([
    ['tap', { cardId: 'offer-007', key: 'accept' }],
    ['tap, flat', { cardId: 'offer-007', key: 'reject' }],
    ['choice', { cardId: 'offer-007', key: 'submit', values: { reason: ['far', 'busy'] } }],
  ])('with a %s is an action', (name, args) => {
    expect(only(name)).toMatchObject({ kind: 'action', action: { name: 'card.press', args } })
  })

  it('of any JSON is read into envelopes with keys, or refused as an error', () => {
    const body = fc.record(
      {
        msgid: fc.string(),
        msgtype: fc.oneof(fc.constantFrom('text', 'mixed', 'event', 'image', 'constructor'), fc.string()),
        from: fc.record({ userid: fc.string() }),
        text: fc.jsonValue(),
        mixed: fc.jsonValue(),
        image: fc.jsonValue(),
        quote: fc.jsonValue(),
        event: fc.oneof(
          fc.jsonValue(),
          fc.record({ eventtype: fc.constantFrom('template_card_event', 'x') }),
        ),
      },
      { requiredKeys: ['msgid', 'msgtype', 'from'] },
    )
    const cmd = fc.constantFrom('aibot_msg_callback', 'aibot_event_callback', 'x')
    const any = fc.oneof(fc.record({ cmd, body }), fc.jsonValue())
    fc.assert(
      fc.property(any, (frame) => {
        let envelopes: Envelope[]
        try {
          envelopes = read(frame)
        } catch (error) {
          expect(error).toBeInstanceOf(Error)
          return
        }
        for (const { dedupeKey, senderKey } of envelopes) expect(dedupeKey && senderKey).toBeTruthy()
      }),
      { numRuns: 500 },
    )
  })

  it('that somebody posts to the account’s address is refused', () => {
    const genuine = frameRequest(new TextEncoder().encode('{}'), config, 0)
    const codes = [
      { ...genuine, method: 'POST' },
      { ...genuine, headers: { 'x-frame-proof': 'x' } },
    ].map((given) => {
      const result = verify(given, config)
      return result.ok ? 'ok' : result.refusal.code
    })
    expect(codes).toEqual(['signature.missing', 'signature.invalid'])
  })
})

describe('what the robot says', () => {
  const out: Outbound = {
    reference: 'T260302-0001',
    to: 'lishifu',
    text: '您好',
    automatic: true,
    thread: {},
    messageId: 'm1',
    lang: 'zh',
  }

  it('goes to the member, or into the group that was written from', () => {
    expect(render(out)[0]?.body).toMatchObject({ chatid: 'lishifu', text: '您好', reference: 'T260302-0001' })
    expect(render({ ...out, thread: { chatid: 'wr-group' } })[0]?.body).toMatchObject({ chatid: 'wr-group' })
  })

  it('shows no stand-in of a ticket that is not there yet', () => {
    expect(render({ ...out, reference: '#0b0e5fd0' })[0]?.body).toMatchObject({ reference: null })
  })

  it('in place of a card is a card of its own, dead when nothing is to be pressed', () => {
    const card = {
      id: 'o1',
      title: '工单',
      lines: [],
      buttons: [],
      state: { text: '已取消', tone: 'warning' as const },
    }
    const replaces = { cardId: 'o1', providerMessageId: 'x', handle: null }
    const [call] = render({ ...out, text: '', card, replaces, messageId: 'm2' })
    expect(call).toMatchObject({
      name: 'card',
      body: { card: { task_id: 'o1@m2', button_list: [{ text: '已取消', key: '_state', style: 4 }] } },
    })
  })
})
