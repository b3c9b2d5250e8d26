import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cdata } from '../../../../channels/_kit/wechat-xml.ts'
import type { Envelope, MessageEnvelope } from '../../../../src/contract/message.ts'
import { sample, samplesAreHere } from '../samples.ts'
import { fixture, read } from './subject.ts'

const message = (name: string) => (read(fixture(name))[0] as MessageEnvelope).message
const event = (member: string, elements: string) =>
  `<xml><ToUserName>ww</ToUserName><FromUserName>${cdata(member)}</FromUserName><CreateTime>1772413200</CreateTime>` +
  `<MsgType>event</MsgType>${elements}<AgentID>1</AgentID></xml>`

describe('a message of a member', () => {
  it('is read with its sender, its thread, its id and its time, and with every character as it was written', () => {
    expect(read(fixture('text'))).toEqual([
      {
        kind: 'message',
        dedupeKey: 'msg:7265432109876543210',
        senderKey: 'LiShiFu',
        threadKey: 'LiShiFu',
        identity: { externalId: 'LiShiFu' },
        message: {
          kind: 'text',
          providerMessageId: '7265432109876543210',
          sentAtMs: 1_772_413_200_000,
          text: '空调不制冷 <客厅> & 外机有异响',
          attachments: [],
        },
      },
    ])
  })

  it('brings its file as a reference, named by its format', () => {
    expect(message('voice')).toMatchObject({
      kind: 'voice',
      attachments: [{ name: 'voice.amr', contentType: 'audio/amr', source: { kind: 'fetch' } }],
    })
  })

  it('that is a place has the Chinese coordinates and the address', () => {
    expect(message('location')).toMatchObject({
      kind: 'location',
      text: '杭州市西湖区文三路259号',
      location: { lat: 30.279, lng: 120.113, crs: 'gcj02' },
    })
  })

  it('that is a link says title, description and address', () => {
    expect(message('link')).toMatchObject({
      kind: 'link',
      text: '安装说明\nKFR-35GW 安装\nhttps://example.com/kfr?a=1&b=2',
    })
  })

  it.each([
    ['menu-click', { kind: 'event', text: '我要报修' }],
    ['scan', { kind: 'event', text: 'SN-20260001' }],
    ['place-chosen', { kind: 'location', text: '文三路', location: { lat: 30.28, crs: 'gcj02' } }],
  ])('%s says what was tapped, scanned or chosen', (name, wanted) => {
    expect(message(name)).toMatchObject(wanted)
  })

  it('of an event that nobody knows is kept, and opens nothing', () => {
    expect(message('unknown-event')).toMatchObject({
      kind: 'unsupported',
      unsupported: 'event:brain_wave',
      automatic: 'bulk',
    })
  })

  it.each(['subscribe', 'enter_agent', 'LOCATION', 'VIEW', 'view', 'pic_weixin', 'change_contact'])(
    'is not made of the event %s, which says nothing to a support desk',
    (name) => {
      expect(read(event('LiShiFu', `<Event>${name}</Event>`))).toEqual([])
    },
  )

  it('is not made of what the system reports by itself', () => {
    expect(read(event('sys', '<Event>brain_wave</Event>'))).toEqual([])
  })
})

describe('a tap on a card', () => {
  it('is an action with the card, the button and what a later change needs', () => {
    expect(read(fixture('card-button'))).toMatchObject([
      {
        kind: 'action',
        senderKey: 'LiShiFu',
        identity: { externalId: 'LiShiFu' },
        action: {
          name: 'card.press',
          args: {
            cardId: 'offer-007',
            key: 'accept',
            handle: { responseCode: 'r-c-1', taskId: 'offer-007@0b0e5fd0-0000-4000-8000-000000000001' },
          },
        },
      },
    ])
  })

  it('brings what was chosen, with leading zeros', () => {
    const [tap] = read(fixture('card-choice'))
    expect(tap).toMatchObject({ action: { args: { values: { reason: ['far', 'busy'], when: ['007'] } } } })
  })

  it('has one dedupe key however often it comes, and another one for another button or another second', () => {
    const xml = fixture('card-button')
    const keyOf = (text: string) => read(text)[0]!.dedupeKey
    const others = [
      xml.replace('accept', 'reject'),
      xml.replace('1772413200', '1772413201'),
      xml.replace('offer-007', 'offer-008'),
      xml.replace('LiShiFu', 'WangFang'),
    ]
    expect(keyOf(xml)).toBe(keyOf(xml))
    expect(new Set([xml, ...others].map(keyOf)).size).toBe(5)
  })

  it('on the button that only shows the state means nothing', () => {
    expect(read(fixture('card-button').replace('accept', '_state'))).toEqual([])
  })
})

describe('whatever is inside a sealed text', () => {
  it('is read into envelopes with keys, or refused as an error, and never anything else', () => {
    const names = [
      'MsgType',
      'FromUserName',
      'MsgId',
      'Event',
      'EventKey',
      'TaskId',
      'Location_X',
      'CreateTime',
      'x',
    ]
    const values = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(
        'text',
        'event',
        'location',
        'template_card_event',
        'click',
        '1e400',
        '__proto__',
        '<a/>',
      ),
    )
    const documents = fc
      .array(fc.tuple(fc.constantFrom(...names), values), { maxLength: 12 })
      .map((members) => `<xml>${members.map(([n, v]) => `<${n}>${cdata(v)}</${n}>`).join('')}</xml>`)
    fc.assert(
      fc.property(fc.oneof(documents, fc.string()), (xml) => {
        let envelopes: Envelope[]
        try {
          envelopes = read(xml)
        } catch (error) {
          expect(error).toBeInstanceOf(Error)
          return
        }
        for (const { dedupeKey, senderKey } of envelopes) {
          expect(dedupeKey).not.toBe('')
          expect(typeof senderKey).toBe('string')
        }
      }),
      { numRuns: 500 },
    )
  })
})

interface Sample {
  readonly id: string
  readonly platform: string
  readonly xml: string
}

describe.skipIf(!samplesAreHere)(
  'the public WeCom payloads (left out where ../shared/samples is not there)',
  () => {
    const rows = samplesAreHere
      ? sample('payloads/wechat_wecom_xml.jsonl')
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line) as Sample)
          .filter(({ platform }) => platform === 'wecom')
      : []
    const wanted: Record<string, string> = {
      parse_text_message: 'text',
      parse_image_message: 'image',
      parse_voice_message: 'voice',
      parse_video_message: 'video',
      parse_location_message: 'location',
      parse_link_message: 'link',
      parse_click_event: 'event',
      parse_unknown_message: 'unsupported',
    }

    it('are read as their parsers say; events that say nothing to us give nothing', () => {
      expect(rows.length).toBeGreaterThan(15)
      for (const { id, xml } of rows) {
        const name = id.split('-').at(-1)!
        const kinds = read(xml).map((envelope) => (envelope as MessageEnvelope).message.kind)
        expect({ id, kinds }).toEqual({ id, kinds: wanted[name] ? [wanted[name]] : [] })
      }
    })

    it('keep text, key, place and file as the samples say', () => {
      const of = (name: string) =>
        (read(rows.find(({ id }) => id.endsWith(name))!.xml)[0] as MessageEnvelope).message
      expect(of('parse_text_message').text).toBe('this is a test')
      expect(of('parse_click_event').text).toBe('EVENTKEY')
      expect(of('parse_location_message').location).toMatchObject({ lat: 23.134521, lng: 113.358803 })
      expect(of('parse_image_message').attachments[0]?.source).toMatchObject({ ref: { mediaId: 'media_id' } })
    })
  },
)
