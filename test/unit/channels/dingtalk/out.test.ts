import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { answerOf } from '../../../../channels/dingtalk/api.ts'
import { actionMessage, cardParams, fitsTemplate } from '../../../../channels/dingtalk/card.ts'
import { failureOf, isTokenRefused } from '../../../../channels/dingtalk/errors.ts'
import { pressedByText } from '../../../../channels/dingtalk/press.ts'
import { render } from '../../../../channels/dingtalk/render.ts'
import { backoffMs, defaultTiming } from '../../../../channels/dingtalk/stream/timing.ts'
import type { Card, Outbound } from '../../../../src/contract/channel.ts'
import type { SafeResponse } from '../../../../src/contract/ports.ts'
import { settings } from './fixtures.ts'

const card: Card = {
  id: 'offer-0001',
  title: '新工单 T261127-0001 · 空调不制冷',
  urgency: 'high',
  lines: [
    { label: '地址', value: '杭州市西湖区文三路259号' },
    { label: '预约', value: '今天 14:00-16:00' },
  ],
  buttons: [
    { key: 'accept', text: '接单', style: 'primary' },
    { key: 'reject', text: '拒绝' },
    { key: 'details', text: '详情', url: 'https://hub.example/e/1' },
  ],
}
const outbound = (more: Partial<Outbound> = {}): Outbound => ({
  reference: 'T261127-0001',
  to: 'u1',
  text: '您有一张新工单',
  automatic: true,
  thread: {},
  messageId: 'm-1',
  lang: 'zh',
  ...more,
})

describe('an answer of the API', () => {
  const read = (status: number, text: string, headers: Record<string, string> = {}) =>
    answerOf({ status, headers } as unknown as SafeResponse, text, 0)
  const meant = (status: number, text: string, repeatable = false) => {
    const { retry, code, waitMs } = failureOf(read(status, text), repeatable)
    return [retry, code, waitMs]
  }

  it('is understood in the new form, in the older one, and when it is a page', () => {
    expect(read(200, '{"processQueryKey":"k"}').code).toBeNull()
    expect(read(200, '{"errcode":0,"errmsg":"ok"}').code).toBeNull()
    expect(read(200, '{"errcode":40014,"errmsg":"x"}').code).toBe('40014')
    expect(read(403, '{"code":"Forbidden.X","message":"y"}')).toMatchObject({
      code: 'Forbidden.X',
      message: 'y',
    })
    expect(read(200, '<html>').code).toBe('unreadable')
    expect(read(502, '<html>').code).toBe('http_502')
    expect(read(500, '[]').code).toBe('http_500')
  })

  it('waits a second for too many calls, and never repeats what the month’s quota refuses', () => {
    const code = (name: string) => `{"code":"Forbidden.AccessDenied.${name}","message":"m"}`
    expect(meant(403, code('QpsLimitForAppkeyAndApi'))).toEqual(['later', expect.any(String), 1000])
    expect(meant(403, code('QpsLimitForApi'))).toEqual(['later', expect.any(String), 1000])
    expect(meant(200, '{"errcode":90018,"errmsg":"m"}')).toEqual(['later', '90018', 1000])
    expect(meant(200, '{"errcode":90002,"errmsg":"m"}')).toEqual(['later', '90002', 1000])
    expect(meant(403, code('ApiCountLimitForOrg'))).toEqual(['never', expect.any(String), undefined])
    expect(meant(200, '{"errcode":90020,"errmsg":"m"}')).toEqual(['never', '90020', undefined])
    expect(meant(403, code('AccessTokenPermissionDenied'))[0]).toBe('never')
    expect(failureOf(read(403, code('ApiCountLimitForOrg')), false).message).toContain('升级套餐')
  })

  it('waits five minutes when the address is banned, whatever the status of the page', () => {
    const page = '{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"x"}'
    for (const status of [200, 403])
      expect(meant(status, `<html>${page}</html>`)).toEqual(['later', 'ip_banned', 300_000])
    expect(meant(200, page)).toEqual(['later', 'ip_banned', 300_000])
  })

  it('that the gateway gave up on is unknown, unless doing it twice is doing it once', () => {
    expect(meant(504, '<html>')[0]).toBe('unknown')
    expect(meant(504, '<html>', true)[0]).toBe('later')
    expect(meant(504, '{"code":"ServiceTimeout","message":"x"}')[0]).toBe('unknown')
    expect(meant(200, '{"errcode":15,"errmsg":"isp"}')[0]).toBe('unknown')
    for (const status of [500, 502, 503]) {
      expect(meant(status, '')[0]).toBe('unknown')
      expect(meant(status, '', true)[0]).toBe('later')
    }
    expect(meant(429, '')[0]).toBe('later')
    expect(meant(500, '{"code":"system.busy"}')[0]).toBe('later')
  })

  it('that refuses the token is known in all its spellings', () => {
    for (const text of ['{"errcode":40014}', '{"errcode":42001}', '{"errcode":40001}'])
      expect(isTokenRefused(read(200, text))).toBe(true)
    for (const status of [400, 401])
      expect(isTokenRefused(read(status, '{"code":"InvalidAuthentication"}'))).toBe(true)
    expect(isTokenRefused(read(400, '{"code":"staffId.notExisted"}'))).toBe(false)
  })

  it('with a code that nobody knows is not repeated', () => {
    expect(meant(400, '{"code":"param.somethingNew","message":"m"}')).toEqual([
      'never',
      'param.somethingNew',
      undefined,
    ])
  })
})

describe('a job card', () => {
  it('becomes the template’s variables, the unused ones empty', () => {
    expect(cardParams(card, '请查看', 'zh')).toEqual({
      title: card.title,
      text: '请查看',
      urgency: 'high',
      urgency_text: '高',
      state: '',
      state_text: '',
      lines: JSON.stringify(card.lines),
      b1_text: '接单',
      b1_key: 'accept',
      b1_style: 'primary',
      b2_text: '拒绝',
      b2_key: 'reject',
      b2_style: '',
      b3_text: '',
      b3_key: '',
      b3_style: '',
      link_text: '详情',
      link_url: 'https://hub.example/e/1',
    })
  })

  it('never has a value of more than 1 KB, and its lines stay JSON', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 900 })
    const lines = fc.array(fc.record({ label: fc.string({ maxLength: 30 }), value: text }), { maxLength: 40 })
    fc.assert(
      fc.property(lines, text, (some, words) => {
        const params = cardParams({ ...card, title: words, lines: some }, words, 'en')
        for (const value of Object.values(params)) expect(Buffer.byteLength(value)).toBeLessThanOrEqual(1024)
        expect(Array.isArray(JSON.parse(params.lines!))).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it('goes out natively with a template, changes when it replaces one, and carries its plain form', () => {
    const config = settings({ cardTemplateId: 'tpl.schema' })
    const [call, ...none] = render(outbound({ card }), config)
    expect(none).toEqual([])
    expect(call).toMatchObject({
      name: 'card',
      body: {
        target: { userId: 'u1', robotCode: 'dingclient' },
        native: {
          outTrackId: 'offer-0001',
          callbackType: 'STREAM',
          preview: '您有一张新工单',
          update: false,
        },
        message: { msgKey: 'sampleActionCard3' },
      },
    })
    const replaces = { cardId: 'offer-0001', providerMessageId: 'offer-0001', handle: null }
    const over: Card = { ...card, state: { text: '已接单', tone: 'success' }, buttons: [] }
    const [change] = render(outbound({ card: over, replaces }), config)
    expect(change!.body).toMatchObject({
      native: { outTrackId: 'offer-0001', update: true, params: { b1_text: '' } },
    })
  })

  it('without a template, or with more buttons than it has room for, is a message with buttons', () => {
    expect(render(outbound({ card }), settings())[0]!.body.native).toBeUndefined()
    const many = { ...card, buttons: [1, 2, 3, 4].map((n) => ({ key: `k${n}`, text: `按钮${n}` })) }
    expect(fitsTemplate(many)).toBe(false)
    expect(fitsTemplate({ ...card, id: undefined })).toBe(false)
    expect(
      render(outbound({ card: many }), settings({ cardTemplateId: 't' }))[0]!.body.native,
    ).toBeUndefined()
  })

  it('as a message has buttons that say what a tap would, and links that lead there', () => {
    const { msgKey, msgParam } = actionMessage(card, '', 'zh')
    expect(msgKey).toBe('sampleActionCard3')
    const url = String(msgParam.actionURL1)
    expect(url.startsWith('dtmd://dingtalkclient/sendMessage?content=')).toBe(true)
    expect(pressedByText(decodeURIComponent(url.split('content=')[1]!))).toEqual({
      cardId: 'offer-0001',
      key: 'accept',
    })
    expect(msgParam.actionURL3).toBe('https://hub.example/e/1')
    expect(actionMessage({ ...card, buttons: card.buttons.slice(2) }, '', 'zh')).toMatchObject({
      msgKey: 'sampleActionCard',
      msgParam: { singleTitle: '详情', singleURL: 'https://hub.example/e/1' },
    })
    expect(actionMessage({ ...card, buttons: [] }, '', 'zh').msgKey).toBe('sampleMarkdown')
  })

  it('as a message turns nothing that people wrote into a link, a heading or emphasis', () => {
    const lines = [{ label: '备注', value: '[点我](http://evil.example) **急** `x`' }]
    const { msgParam } = actionMessage({ ...card, title: '# 标题', lines, buttons: [] }, '', 'zh')
    expect(String(msgParam.text)).not.toContain('[点我]')
    expect(String(msgParam.text)).not.toContain('**急**')
    expect(String(msgParam.text)).toContain('### ＃ 标题')
  })
})

describe('a text', () => {
  it('to a group goes there and says who is meant', () => {
    const thread = { chat: 'group', conversationId: 'cid', nick: '王芳', robotCode: 'dingrobot0001' }
    expect(render(outbound({ thread }), settings())[0]!.body).toEqual({
      target: { conversationId: 'cid', nick: '王芳', robotCode: 'dingrobot0001' },
      content: '@王芳 您有一张新工单',
    })
  })

  it('that is long goes before the card, and files after it', () => {
    const attachments = [
      { name: 'a.png', contentType: 'image/png', hash: 'h1', size: 10 },
      { name: '报价.pdf', contentType: 'application/pdf', hash: 'h2', size: 10 },
      { name: 'x.exe', contentType: 'application/octet-stream', hash: 'h3', size: 10 },
    ]
    const calls = render(outbound({ card, text: '长'.repeat(301), attachments }), settings())
    expect(calls.map((call) => call.name)).toEqual(['text', 'card', 'image', 'file', 'text'])
    expect(String(calls[4]!.body.content)).toContain('x.exe')
  })

  it('of files only has no empty message before them', () => {
    const attachments = [{ name: 'a.png', contentType: 'image/png', hash: 'h1', size: 10 }]
    expect(render(outbound({ text: '', attachments }), settings()).map((call) => call.name)).toEqual([
      'image',
    ])
  })
})

describe('the pause after failures', () => {
  it('grows to its limit with jitter', () => {
    const at = (failures: number, random: number) => backoffMs(failures, defaultTiming, () => random)
    expect([at(1, 0), at(1, 1), at(2, 1), at(5, 1), at(40, 1)]).toEqual([500, 1000, 2000, 16_000, 60_000])
  })
})
