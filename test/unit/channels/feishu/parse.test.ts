import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { feishuConfigSchema } from '../../../../channels/feishu/config.ts'
import { convert } from '../../../../channels/feishu/convert/index.ts'
import { eventOf, messageEvent } from '../../../../channels/feishu/emulator/events.ts'
import { withNames } from '../../../../channels/feishu/mentions.ts'
import { buttonValue, parse } from '../../../../channels/feishu/parse.ts'
import type { Envelope, MessageEnvelope } from '../../../../src/contract/message.ts'
import type { JsonObject, JsonValue } from '../../../../src/kernel/json.ts'

interface Fixture {
  readonly name: string
  readonly type: string
  readonly content?: object
  readonly raw?: string
  readonly mentions?: object[]
  readonly expected: JsonObject
}

const fixtures: Fixture[] = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../../channels/feishu/fixtures/messages.json'), 'utf8'),
)
const config = feishuConfigSchema.parse({ appId: 'cli_0123456789abcdef', appSecret: 's' })
const origin = { appId: config.appId, tenantKey: 't', token: 'v' }
const sender = { open_id: 'ou_1', union_id: 'on_1', user_id: 'u1' }
const said = {
  id: 'om_1',
  type: 'text',
  content: '{"text":"你好"}',
  chatId: 'oc_1',
  chatType: 'p2p' as const,
  atMs: 1772409600000,
}

function read(event: object): Envelope[] {
  const body = new TextEncoder().encode(JSON.stringify(event))
  const request = { method: 'WS', path: '', query: {}, headers: {}, body, remoteAddress: '', receivedAtMs: 0 }
  return parse({ request, claims: {} }, config)
}
const message = (event: object) => read(event)[0] as MessageEnvelope

describe('a message of Feishu', () => {
  it.each(fixtures.map((fixture) => [fixture.name, fixture] as const))('is read: %s', (_, fixture) => {
    const content = fixture.raw ?? JSON.stringify(fixture.content)
    const { type, mentions } = fixture
    const envelope = message(messageEvent(origin, 'ev_1', sender, { ...said, type, content, mentions }))
    const { attachments, providerMessageId, sentAtMs, replyTo, ...rest } = envelope.message
    const refs = attachments.map(({ source }) => {
      const ref = source.kind === 'fetch' ? source.ref : {}
      return ref.type === 'forward' ? `forward ${ref.messageId}` : `${ref.type} ${ref.key}`
    })
    expect({ ...rest, ...(refs.length > 0 ? { attachments: refs } : {}) }).toEqual(fixture.expected)
    expect([providerMessageId, sentAtMs]).toEqual(['om_1', said.atMs])
    expect(replyTo).toEqual({ chatId: 'oc_1', chatType: 'p2p', messageId: 'om_1' })
  })

  it('belongs to the person in a chat of two, and to person and group in a group', () => {
    expect(message(messageEvent(origin, 'e', sender, said)).threadKey).toBe('ou_1')
    const group = messageEvent(origin, 'e', sender, { ...said, chatType: 'group' })
    expect(message(group)).toMatchObject({ threadKey: '["oc_1","ou_1"]', participants: ['ou_1', 'oc_1'] })
  })

  it('keeps its key when another event tells of it again', () => {
    const keys = ['e1', 'e2'].map((id) => message(messageEvent(origin, id, sender, said)).dedupeKey)
    expect(new Set(keys).size).toBe(1)
  })

  it('of an app, the hub’s own one among them, is nobody’s word', () => {
    expect(read(messageEvent(origin, 'e', 'app', said))).toEqual([])
  })

  it('without any id of a sender cannot be read and is left to people', () => {
    expect(() => read(messageEvent(origin, 'e', { open_id: '', union_id: '', user_id: '' }, said))).toThrow()
  })

  it('calls a bot by its configured id where Feishu does not mark it', () => {
    const mentions = [{ key: '@_user_1', id: { open_id: 'ou_bot', user_id: 'odd' }, name: '机器人' }]
    const event = messageEvent(origin, 'e', sender, {
      ...said,
      content: '{"text":"@_user_1 在吗"}',
      mentions,
    })
    const body = new TextEncoder().encode(JSON.stringify(event))
    const request = {
      method: 'WS',
      path: '',
      query: {},
      headers: {},
      body,
      remoteAddress: '',
      receivedAtMs: 0,
    }
    const [envelope] = parse({ request, claims: {} }, { ...config, botOpenId: 'ou_bot' })
    expect((envelope as MessageEnvelope).message.text).toBe('在吗')
  })
})

describe('what else Feishu tells', () => {
  it('makes a note of a recall, in the conversation of the message, which nobody answers', () => {
    const body = {
      message_id: 'om_1',
      chat_id: 'oc_1',
      recall_time: '1772409600000',
      recall_type: 'message_owner',
    }
    expect(message(eventOf(origin, 'im.message.recalled_v1', 'ev_r', 0, body))).toMatchObject({
      dedupeKey: 'recall:om_1',
      threadRefs: ['om_1'],
      identity: { externalId: 'oc_1' },
      message: { kind: 'event', text: '发送者撤回了一条消息', automatic: 'bulk', needsThread: true },
    })
  })

  it('makes a receipt of every message that was read', () => {
    const body = { reader: { reader_id: sender, read_time: '1' }, message_id_list: ['om_1', 'om_2'] }
    const envelopes = read(eventOf(origin, 'im.message.message_read_v1', 'ev_x', 0, body))
    expect(envelopes.map((one) => [one.dedupeKey, one.kind === 'receipt' && one.status])).toEqual([
      ['ev_x:om_1', 'read'],
      ['ev_x:om_2', 'read'],
    ])
  })

  const tap = (value: JsonValue, more: object = {}) =>
    eventOf(origin, 'card.action.trigger', 'ev_t', 0, {
      operator: sender,
      token: 'c-1',
      action: { tag: 'button', value, ...more },
      context: { open_message_id: 'om_card', open_chat_id: 'oc_1' },
    })

  it('makes an action of a tap, with the card’s handle and what was filled in', () => {
    expect(read(tap({ cardId: 'c1', key: 'accept' }, { form_value: { reason: '路上' } }))).toEqual([
      {
        kind: 'action',
        dedupeKey: 'ev_t',
        senderKey: 'ou_1',
        identity: { externalId: 'ou_1', strongIds: { unionId: 'on_1' } },
        action: {
          name: 'card.press',
          args: { cardId: 'c1', key: 'accept', handle: { messageId: 'om_card' }, values: { reason: '路上' } },
        },
      },
    ])
  })

  it('makes nothing of a tap on a card that is not ours, and of events that nobody reads', () => {
    expect(read(tap({ op: 'approve' }))).toEqual([])
    expect(read(eventOf(origin, 'contact.user.created_v3', 'ev_c', 0, {}))).toEqual([])
    expect(read({ uuid: 'u', event: { type: 'message', text: 'x' }, type: 'event_callback' })).toEqual([])
  })
})

describe('anything at all', () => {
  const types = fixtures.map((fixture) => fixture.type)

  it('is read without a fault in a message’s content', () => {
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.oneof(fc.json(), fc.string()), (type, content) => {
        const converted = convert(type, content, { messageId: 'om_1', mentions: [] })
        expect(typeof converted.text).toBe('string')
        expect(converted.kind === 'unsupported').toBe(converted.unsupported !== undefined)
      }),
    )
  })

  it('is read as an event with keys, or not at all', () => {
    const event = fc.record({
      header: fc.record({
        event_id: fc.oneof(fc.string(), fc.jsonValue()),
        event_type: fc.constantFrom(
          'im.message.receive_v1',
          'im.message.recalled_v1',
          'card.action.trigger',
          'im.message.message_read_v1',
          'x',
        ),
      }),
      event: fc.oneof(
        fc.jsonValue(),
        fc.record({
          sender: fc.jsonValue(),
          message: fc.jsonValue(),
          operator: fc.jsonValue(),
          action: fc.jsonValue(),
        }),
        fc.record({
          sender: fc.record({ sender_id: fc.record({ open_id: fc.string() }) }),
          message: fc.record({
            message_type: fc.constantFrom(...types),
            content: fc.json(),
            mentions: fc.jsonValue(),
          }),
        }),
      ),
    })
    fc.assert(
      fc.property(event, (value) => {
        let envelopes: Envelope[]
        try {
          envelopes = read(value)
        } catch (error) {
          expect(error).toBeInstanceOf(Error)
          return
        }
        for (const one of envelopes) expect(one.dedupeKey.length).toBeGreaterThan(0)
      }),
      { numRuns: 500 },
    )
  })

  it('gives back a button’s value however often it was written as JSON', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string()), fc.nat(2), (value, times) => {
        let written: JsonValue = value
        for (let i = 0; i < times; i++) written = JSON.stringify(written)
        expect(buttonValue(written)).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  it('never lets one mention’s key eat another’s', () => {
    const mentions = ['@_user_1', '@_user_12', '@_user_2'].map((key, i) => ({
      key,
      openId: `ou_${i}`,
      name: `人${i}`,
      isBot: false,
    }))
    expect(withNames('@_user_12 和 @_user_1 找 @_user_2', mentions)).toBe('@人1 和 @人0 找 @人2')
  })
})
