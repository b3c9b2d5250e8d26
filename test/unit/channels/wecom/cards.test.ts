import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { splitBytes } from '../../../../channels/_kit/split-bytes.ts'
import { appCards, botCards, cardIdOf, taskIdOf, templateCard } from '../../../../channels/_kit/wecom-card.ts'
import { ack } from '../../../../channels/wecom/answer.ts'
import { readReply } from '../../../../channels/wecom/emulator/callbacks.ts'
import { cardFault } from '../../../../channels/wecom/emulator/card-rules.ts'
import { startWecomEmulator, type WecomEmulator } from '../../../../channels/wecom/emulator/index.ts'
import { verify } from '../../../../channels/wecom/verify.ts'
import { cardFault as botCardFault } from '../../../../channels/wecom-bot/emulator/card-rules.ts'
import type { ActionAnswer, Card } from '../../../../src/contract/channel.ts'
import { nowMs, request, settings } from './subject.ts'

const job: Card = {
  id: 'offer-007',
  title: '新工单 T260302-0001 · 空调不制冷',
  urgency: 'critical',
  lines: [
    { label: '客户', value: '王女士' },
    { label: '电话', value: '136****2844' },
    { label: '预约', value: '3月2日 14:00–16:00' },
    { label: '地址', value: '浙江省杭州市西湖区文三路259号昌地火炬大厦1号楼1单元1203室，东门进' },
  ],
  buttons: [
    { key: 'accept', text: '接单', style: 'primary' },
    { key: 'reject', text: '拒绝', style: 'danger' },
    { key: 'details', text: '详情', url: 'https://hub.example/t/1' },
  ],
}
const taskId = 'offer-007@m1'

describe('a job card', () => {
  it('is a card with buttons: colour for urgency, short lines as a list, the long address in the text', () => {
    expect(templateCard(job, { dialect: appCards, lang: 'zh', taskId, update: false })).toEqual({
      card_type: 'button_interaction',
      source: { desc: '紧急', desc_color: 2 },
      main_title: { title: '新工单 T260302-0001 · 空调不制冷' },
      sub_title_text: '地址：浙江省杭州市西湖区文三路259号昌地火炬大厦1号楼1单元1203室，东门进',
      horizontal_content_list: [
        { keyname: '客户', value: '王女士' },
        { keyname: '电话', value: '136****2844' },
        { keyname: '预约', value: '3月2日 14:00–16:00' },
      ],
      card_action: { type: 1, url: 'https://hub.example/t/1' },
      button_list: [
        { text: '接单', style: 1, key: 'accept' },
        { text: '拒绝', style: 4, key: 'reject' },
        { text: '详情', style: 2, type: 1, url: 'https://hub.example/t/1' },
      ],
      task_id: taskId,
    })
  })

  it('of a robot leads to its page by a line, because robots’ buttons cannot', () => {
    const card = templateCard(job, { dialect: botCards, lang: 'zh', taskId, update: false })!
    expect(card.button_list).toHaveLength(2)
    expect(card.horizontal_content_list).toContainEqual({
      type: 1,
      keyname: '链接',
      value: '详情',
      url: 'https://hub.example/t/1',
    })
  })

  it('that was accepted has one grey button that says so', () => {
    const done: Card = { ...job, state: { text: '已接单', tone: 'success' }, buttons: job.buttons.slice(2) }
    const card = templateCard(done, { dialect: appCards, lang: 'zh', taskId, update: true })!
    expect(card).toMatchObject({
      card_type: 'button_interaction',
      main_title: { desc: '已接单' },
      replace_text: '已接单',
      card_action: { url: 'https://hub.example/t/1' },
    })
  })

  it('with nothing to press leads somewhere, and with nothing at all is no card', () => {
    const linked = { ...job, buttons: job.buttons.slice(2) }
    const options = { dialect: appCards, lang: 'zh', taskId, update: false } as const
    expect(templateCard(linked, options)).toMatchObject({
      card_type: 'text_notice',
      jump_list: [{ type: 1, title: '详情', url: 'https://hub.example/t/1' }],
    })
    expect(templateCard({ ...job, buttons: [] }, options)).toBeNull()
  })

  it('is named by its own id and its message, so that no two messages share a task id', () => {
    expect(taskIdOf(job, 'm1')).toBe('offer-007@m1')
    expect(cardIdOf(taskIdOf(job, 'a@b/c'))).toBe('offer-007')
  })
})

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 })
const cards: fc.Arbitrary<Card> = fc.record(
  {
    id: fc.stringMatching(/^[0-9A-Za-z_-]{1,64}$/),
    title: text,
    urgency: fc.constantFrom('low', 'normal', 'high', 'critical'),
    state: fc.record({ text, tone: fc.constantFrom('success', 'info', 'warning', 'error') }),
    lines: fc.array(fc.record({ label: text, value: text }), { maxLength: 12 }),
    buttons: fc.uniqueArray(
      fc.record(
        { key: fc.stringMatching(/^[0-9A-Za-z_.:-]{1,200}$/), text, url: fc.webUrl() },
        { requiredKeys: ['key', 'text'] },
      ),
      { maxLength: 9, selector: (button) => button.key },
    ),
  },
  { requiredKeys: ['title', 'lines', 'buttons'] },
)

describe('any card', () => {
  it('is drawn within the vendor’s rules, new and as a change, for applications and for robots', () => {
    fc.assert(
      fc.property(cards, fc.boolean(), fc.constantFrom('zh', 'en'), (card, update, lang) => {
        const id = taskIdOf(card, '0b0e5fd0-0000-4000-8000-000000000001')
        const app = templateCard(card, { dialect: appCards, lang, taskId: id, update })
        const bot = templateCard(card, { dialect: botCards, lang, taskId: id, update })
        if (app) expect(cardFault(app)).toBeNull()
        if (bot) expect(botCardFault(bot)).toBeNull()
        if (update) expect([app, bot]).not.toContain(null)
      }),
      { numRuns: 300 },
    )
  })

  it('keeps every button that is pressed among its six when there are not more of those', () => {
    const many = Array.from({ length: 5 }, (_, i) => ({
      key: `l${i}`,
      text: '链接',
      url: 'https://a.example/',
    }))
    const card = { ...job, buttons: [...many, ...job.buttons.slice(0, 2)] }
    const drawn = templateCard(card, { dialect: appCards, lang: 'zh', taskId, update: false })!
    const keys = (drawn.button_list as { key?: string }[]).map(({ key }) => key)
    expect(keys).toEqual(expect.arrayContaining(['accept', 'reject']))
  })
})

describe('the answer to a tap', () => {
  let emulator: WecomEmulator
  beforeAll(async () => {
    emulator = await startWecomEmulator({ now: () => nowMs })
  })
  afterAll(() => emulator.stop())

  function answer(given: ActionAnswer | undefined) {
    const elements =
      '<MsgType>event</MsgType><Event>template_card_event</Event><EventKey>accept</EventKey>' +
      `<TaskId>${taskId}</TaskId><ResponseCode>c</ResponseCode>`
    const body = emulator.body(emulator.xml('lishifu', elements))
    const config = settings(emulator)
    const verified = verify(request({ body, query: emulator.query(body, nowMs) }), config, nowMs)
    if (!verified.ok) throw new Error(verified.refusal.code)
    const outcome = { envelopeId: 'e', duplicate: false, ...(given ? { answer: given } : {}) }
    const say = () => ack(verified.value, [outcome], config)
    expect(say()).toEqual(say())
    const { status, body: sealed } = say()
    expect(status).toBe(200)
    return readReply(emulator.state, String(sealed))
  }

  it('is the new card, sealed for the corporation and addressed to who tapped', () => {
    const card: Card = { ...job, state: { text: '已接单 ]]> <b>', tone: 'success' }, buttons: [] }
    expect(answer({ tone: 'success', text: '已接单', card })).toMatchObject({
      ToUserName: 'lishifu',
      FromUserName: emulator.state.corpId,
      MsgType: 'update_template_card',
      TemplateCard: {
        CardType: 'button_interaction',
        Source: { Desc: '紧急', DescColor: '2' },
        MainTitle: { Title: job.title, Desc: '已接单 ]]> <b>' },
        HorizontalContentList: [{ KeyName: '客户', Value: '王女士' }, {}, {}],
        ReplaceText: '已接单 ]]> <b>',
      },
    })
  })

  it('is a word in place of the buttons when the card stays as it is', () => {
    expect(answer({ tone: 'warning', text: '已被张师傅接单' })).toMatchObject({
      MsgType: 'update_button',
      Button: { ReplaceName: '已被张师傅接单' },
    })
  })

  it('is 处理中 when nothing is known in time', () => {
    expect(answer(undefined)).toMatchObject({ Button: { ReplaceName: '处理中…' } })
  })

  it('says an error there, too: nothing else would reach the person', () => {
    expect(answer({ tone: 'error', text: '你的账号还没有绑定员工' })).toMatchObject({
      Button: { ReplaceName: '你的账号还没有绑定员工' },
    })
  })
})

describe('splitBytes', () => {
  it('loses nothing, breaks no character, and keeps every piece within the limit of bytes', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 400 }),
        fc.integer({ min: 4, max: 60 }),
        (whole, max) => {
          const pieces = splitBytes(whole, max)
          expect(pieces.join('')).toBe(whole)
          for (const piece of pieces) expect(Buffer.byteLength(piece)).toBeLessThanOrEqual(max)
          if (pieces.length > 1) expect(pieces).not.toContain('')
        },
      ),
    )
  })

  it('makes no more pieces than there must be while sentences allow it', () => {
    // A paragraph ends in the middle of the first piece, a sentence at its end: 158 bytes.
    const text = `${'开'.repeat(15)}\n\n${'头'.repeat(11)}。${'一'.repeat(24)}。`
    const pieces = splitBytes(text, 90)
    expect(pieces).toHaveLength(2)
    expect(pieces[0]).toMatch(/。$/)
    expect(pieces.join('')).toBe(text)
  })

  it('prefers the end of a sentence', () => {
    expect(splitBytes('第一句。第二句话很长', 20)).toEqual(['第一句。', '第二句话很长'])
  })
})
