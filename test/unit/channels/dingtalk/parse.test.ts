import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { frameAnswer } from '../../../../channels/dingtalk/answer.ts'
import { parse } from '../../../../channels/dingtalk/parse.ts'
import { pressedByText, pressText } from '../../../../channels/dingtalk/press.ts'
import { ackFrame, cardTopic, readFrame, robotTopic } from '../../../../channels/dingtalk/stream/frame.ts'
import type { ActionEnvelope, MessageEnvelope } from '../../../../src/contract/message.ts'
import { sample, samplesAreHere } from '../samples.ts'
import { callback, fixture, framed, posted } from './fixtures.ts'

const said = (name: string) => parse(framed(callback(robotTopic, fixture(name))))[0] as MessageEnvelope
const refs = (envelope: MessageEnvelope) =>
  envelope.message.attachments.map(({ name, source }) => [name, source.kind === 'fetch' ? source.ref : null])

describe('a message to the robot', () => {
  it('is read with its sender, thread and time', () => {
    expect(said('robot-text')).toMatchObject({
      kind: 'message',
      dedupeKey: 'msg:msgText==',
      senderKey: '0345678901',
      threadKey: '0345678901',
      identity: { externalId: '0345678901', displayName: '王芳', strongIds: { unionId: 'uNiOnId0001' } },
      message: {
        kind: 'text',
        providerMessageId: 'msgText==',
        sentAtMs: 1772413200000,
        text: '杭州市西湖区文三路259号，空调不制冷',
        replyTo: { chat: 'person', robotCode: 'dingrobot0001' },
      },
    })
  })

  it('in a group belongs to the group and the person, and loses the names before it but none inside it', () => {
    const envelope = said('robot-group-text')
    expect(envelope.threadKey).toBe('["cidGroup==","0345678901"]')
    expect(envelope.message).toMatchObject({
      text: '冰箱漏水了，邮箱是 a@example.com',
      fullText: '@李强 @一通 冰箱漏水了，邮箱是 a@example.com',
      replyTo: { chat: 'group', conversationId: 'cidGroup==', nick: '王芳' },
    })
  })

  it('of somebody outside the organisation is known by the opaque id', () => {
    const envelope = said('robot-outsider')
    expect(envelope.identity).toEqual({ externalId: '$:LWCP_v1:$customer==', displayName: '王芳' })
    expect(envelope.message.text).toBe('你好')
  })

  it('of text and pictures keeps both', () => {
    const envelope = said('robot-rich-text')
    expect(envelope.message).toMatchObject({ kind: 'text', text: '屏幕不亮，见图' })
    expect(refs(envelope)).toEqual([
      ['image-1.jpg', { downloadCode: 'codeA==', robotCode: 'dingrobot0001' }],
      ['image-2.jpg', { downloadCode: 'codeB==', robotCode: 'dingrobot0001' }],
    ])
  })

  it('with a file names how to fetch it, and a voice says what was recognised', () => {
    expect(said('robot-picture').message.kind).toBe('image')
    expect(refs(said('robot-picture'))).toEqual([
      ['image.jpg', { downloadCode: 'codePic==', robotCode: 'dingrobot0001' }],
    ])
    expect(said('robot-audio').message).toMatchObject({ kind: 'voice', text: '我家热水器不出热水' })
    expect(refs(said('robot-video'))[0]![0]).toBe('video.mp4')
    expect(refs(said('robot-file'))[0]).toEqual([
      '发票 2026.pdf',
      { downloadCode: 'codeFile==', robotCode: 'dingrobot0001' },
    ])
    expect(refs(said('robot-file-as-text'))[0]![0]).toBe('log.txt')
  })

  it('of an unknown type becomes a placeholder that names it', () => {
    expect(said('robot-unknown').message).toMatchObject({
      kind: 'unsupported',
      unsupported: 'interactiveCard',
      text: '',
    })
  })

  it('is the same envelope over HTTP and over Stream', () => {
    const data = fixture('robot-text')
    const http = parse({ request: posted({}, JSON.stringify(data)), claims: { push: 'robot' } })
    expect(http).toEqual(parse(framed(callback(robotTopic, data))))
  })

  it('without id or sender is unreadable', () => {
    const data = fixture('robot-text')
    for (const missing of [{ msgId: undefined }, { msgId: 7 }, { senderId: '', senderStaffId: undefined }])
      expect(() => parse(framed(callback(robotTopic, { ...data, ...missing })))).toThrow()
  })

  it('survives members of any other form', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...Object.keys(fixture('robot-text'))), fc.jsonValue()),
        (odd) => {
          const data = { ...fixture('robot-text'), ...odd, msgId: 'm', msgtype: 'text', senderStaffId: 'u' }
          const [envelope] = parse(framed(callback(robotTopic, data)))
          expect(envelope).toMatchObject({ dedupeKey: 'msg:m', senderKey: 'u' })
        },
      ),
    )
  })

  it('of a known type with any content is read or at least kept', () => {
    const types = fc.constantFrom('text', 'richText', 'picture', 'audio', 'video', 'file')
    fc.assert(
      fc.property(types, fc.jsonValue(), fc.jsonValue(), (msgtype, content, text) => {
        const data = { ...fixture('robot-text'), msgtype, content, text }
        expect(parse(framed(callback(robotTopic, data)))).toHaveLength(1)
      }),
    )
  })
})

describe('a tap on a card', () => {
  const pressed = (name: string, messageId = 'push-1') =>
    parse(framed(callback(cardTopic, fixture(name), messageId)))[0] as ActionEnvelope

  it('is read under content and under value, with its parameters inside or beside', () => {
    const args = { cardId: 'offer-0001', handle: { outTrackId: 'offer-0001' } }
    expect(pressed('card-content')).toMatchObject({
      kind: 'action',
      senderKey: '0345678901',
      identity: { externalId: '0345678901' },
      action: { name: 'card.press', args: { ...args, key: 'accept' } },
    })
    expect(pressed('card-value').action.args).toEqual({ ...args, key: 'reject', values: { reason: '太远' } })
    expect(pressed('card-value-object').action.args).toEqual({ ...args, key: 'details' })
  })

  it('has one key however often it is pushed, and another one for the next tap', () => {
    expect(pressed('card-content').dedupeKey).toBe(pressed('card-content').dedupeKey)
    expect(pressed('card-content', 'push-2').dedupeKey).not.toBe(pressed('card-content').dedupeKey)
  })

  it('over HTTP is told apart by the signed time', () => {
    const at = (time: string) =>
      parse({
        request: posted({ 'x-ddpaas-signature-timestamp': time }, JSON.stringify(fixture('card-content'))),
        claims: { push: 'card' },
      })[0]!.dedupeKey
    expect(at('1')).toBe(at('1'))
    expect(at('1')).not.toBe(at('2'))
  })

  it('that names no card, person or button is unreadable', () => {
    const data = fixture('card-content')
    for (const wrong of [{ outTrackId: '' }, { userId: null }, { content: '{}' }, { content: 'x' }])
      expect(() => parse(framed(callback(cardTopic, { ...data, ...wrong })))).toThrow()
  })

  it('survives any content', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (value, content) => {
        try {
          parse(framed(callback(cardTopic, { ...fixture('card-content'), value, content })))
        } catch (error) {
          expect(error).toBeInstanceOf(Error)
          expect(String(error)).toContain('names no button')
        }
      }),
    )
  })
})

describe('a button of a message', () => {
  it('sends a text that is read as the tap', () => {
    const text = pressText('接单', 'offer-0001', 'accept')
    expect(text).toBe('接单〔offer-0001/accept〕')
    const data = { ...fixture('robot-text'), text: { content: ` ${text} ` } }
    expect(parse(framed(callback(robotTopic, data)))).toMatchObject([
      {
        kind: 'action',
        dedupeKey: 'msg:msgText==',
        identity: { externalId: '0345678901' },
        action: { name: 'card.press', args: { cardId: 'offer-0001', key: 'accept' } },
      },
    ])
  })

  it('means the card and key that it was made with, whatever stands on it', () => {
    const id = fc.stringMatching(/^[0-9A-Za-z_-]{1,64}$/)
    const key = fc.stringMatching(/^[0-9A-Za-z_.:-]{1,200}$/)
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), id, key, (words, cardId, name) => {
        expect(pressedByText(pressText(words, cardId, name))).toEqual({ cardId, key: name })
      }),
    )
  })

  it('is not seen in what people write', () => {
    for (const text of ['接单', '〔说明〕请看', '见 a/b', '第一行\n接单〔a/b〕'])
      expect(pressedByText(text)).toBeNull()
  })
})

describe('a frame', () => {
  it('is read or is none, and never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), fc.json().map(Buffer.from)), (bytes) => {
        const frame = readFrame(bytes)
        if (frame) expect(['SYSTEM', 'EVENT', 'CALLBACK']).toContain(frame.type)
      }),
    )
  })

  it('of an event is stored under its event id and answered with a status', () => {
    const event = {
      type: 'EVENT',
      headers: { topic: '*', messageId: 'm1', eventId: 'e1', eventType: 'user_leave_org' },
      data: '{"userId":["u2"]}',
    }
    const verified = framed(event)
    expect(parse(verified)).toMatchObject([
      {
        dedupeKey: 'event:e1',
        message: { kind: 'event', automatic: 'bulk', text: expect.stringContaining('u2') },
      },
    ])
    expect(JSON.parse(frameAnswer(verified, []))).toEqual({ status: 'SUCCESS', message: 'stored' })
  })

  it('of a tap is answered with the card as it is from now on and a notice of the person’s own', () => {
    const verified = framed(callback(cardTopic, fixture('card-content')))
    const outcome = { envelopeId: 'e', duplicate: false }
    const card = { id: 'offer-0001', title: '已接单', lines: [], buttons: [] }
    const answer = { tone: 'success', text: '已接单', card } as const
    expect(JSON.parse(frameAnswer(verified, [{ ...outcome, answer }])).response).toMatchObject({
      cardUpdateOptions: { updateCardDataByKey: true, updatePrivateDataByKey: true },
      cardData: { cardParamMap: { title: '已接单', b1_text: '', b1_key: '' } },
      userPrivateData: { cardParamMap: { notice: '已接单', notice_tone: 'success' } },
    })
    const { response } = JSON.parse(frameAnswer(verified, [outcome]))
    expect(response.userPrivateData.cardParamMap.notice).toBe('处理中…')
    expect(response.cardData).toBeUndefined()
  })

  it('that is unreadable is still answered when it has an id: pushing it again would not help', () => {
    expect(frameAnswer(framed(callback(robotTopic, 'x')), [])).toBe('{"response":null}')
  })
})

describe.skipIf(!samplesAreHere)('the public samples (left out where ../shared/samples is not there)', () => {
  const frameOf = (name: string) => sample(`payloads/dingtalk_stream_frame_${name}.json`)

  it('of robot messages are read as they say', () => {
    const read = (name: string) => parse(framed(frameOf(name)))[0] as MessageEnvelope
    expect(read('text').message).toMatchObject({ kind: 'text', text: 'hello' })
    expect(read('text').identity).toMatchObject({ externalId: '012345678901234567', displayName: '测试用户' })
    expect(read('rich_text').message).toMatchObject({ kind: 'text', text: 'abc' })
    expect(read('rich_text').message.attachments).toHaveLength(1)
    expect(read('picture').message.kind).toBe('image')
    expect(read('file').message.attachments[0]!.name).toBe('一种跨站脚本漏洞攻击防御方法及装置')
  })

  it('of a tap is read, and answered in the form that is wanted', () => {
    const built = JSON.parse(sample('payloads/dingtalk_stream_card_callback.built.json')) as { frame: object }
    const [envelope] = parse(framed(built.frame)) as ActionEnvelope[]
    expect(envelope!.action.args).toMatchObject({
      cardId: 'track-0001',
      key: 'accept',
      values: { ticketId: 'T1', action: 'accept' },
    })
  })

  it('of system frames are answered as wanted', () => {
    interface Case {
      readonly name: string
      readonly frame: { type: string; headers: Record<string, unknown>; data?: string }
      readonly want: { code?: number; data?: string; ack?: null }
    }
    const { cases } = JSON.parse(sample('payloads/dingtalk_stream_system_frames.json')) as { cases: Case[] }
    const of = (name: string) => cases.find((each) => each.name === name)!
    const ping = readFrame(Buffer.from(JSON.stringify(of('ping').frame)))!
    expect(JSON.parse(ackFrame(ping.messageId, 200, ping.data))).toMatchObject(of('ping').want)
    const bot = framed(of('bot callback').frame)
    expect(parse(bot)).toMatchObject([{ dedupeKey: 'msg:msg1', senderKey: 'u1' }])
    expect(frameAnswer(bot, [])).toBe(of('bot callback').want.data)
    expect(readFrame(Buffer.from(JSON.stringify(of('disconnect').frame)))).toMatchObject({
      topic: 'disconnect',
    })
  })
})
