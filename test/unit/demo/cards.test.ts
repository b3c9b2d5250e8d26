import { describe, expect, it } from 'vitest'
import { appCards, templateCard } from '../../../channels/_kit/wecom-card.ts'
import { cardParams } from '../../../channels/dingtalk/card.ts'
import { drawCard } from '../../../channels/feishu/card.ts'
import { seenCard } from '../../../channels/feishu/emulator/screen.ts'
import { cardOf as dingtalkCard } from '../../../demo/windows/dingtalk.ts'
import { cardOf as feishuCard } from '../../../demo/windows/feishu.ts'
import { cardOf as wecomCard } from '../../../demo/windows/wecom.ts'
import { type SeenCard, wordsOf } from '../../../demo/windows/window.ts'
import type { Card } from '../../../src/contract/channel.ts'

const open: Card = {
  id: '0190c1a0-0000-7000-8000-000000000001',
  title: '派单 T100016 · 空调',
  urgency: 'critical',
  lines: [
    { label: '故障', value: '空调不制冷' },
    { label: '地址', value: '浙江省杭州市西湖区学院路128号' },
    { label: '客户', value: '郑先生 136****0011' },
  ],
  buttons: [
    { key: 'offer.accept', text: '接单', style: 'primary' },
    { key: 'offer.reject', text: '拒绝', style: 'danger' },
    { key: 'offer.detail', text: '详情', url: 'http://127.0.0.1:3100/e/signed' },
  ],
}
const taken: Card = {
  ...open,
  state: { text: '已被李志强接单', tone: 'warning' },
  buttons: open.buttons.filter(({ url }) => url),
}

/** A card through the channel's rendering onto the emulated screen. */
const vendors: Readonly<Record<string, (card: Card) => SeenCard>> = {
  wecom: (card) =>
    wecomCard(
      templateCard(card, {
        ...{ dialect: appCards, lang: 'zh', taskId: `${card.id}@1` },
        update: Boolean(card.state),
      }) as Parameters<typeof wecomCard>[0],
    ),
  dingtalk: (card) => dingtalkCard(card.id!, cardParams(card, '', 'zh')),
  feishu: (card) => feishuCard(seenCard(drawCard(card, 'zh'))),
}

describe.each(Object.entries(vendors))('a job card on the screen of %s', (vendor, draw) => {
  it('shows its title, address and customer, and the three buttons, of which 详情 opens the page of the job', () => {
    const card = draw(open)
    expect(card.title).toBe('派单 T100016 · 空调')
    expect(card.lines).toContainEqual({ label: '地址', value: '浙江省杭州市西湖区学院路128号' })
    expect(card.lines).toContainEqual({ label: '客户', value: '郑先生 136****0011' })
    expect(card.buttons.map(({ text, style }) => [text, style])).toEqual([
      ['接单', 'primary'],
      ['拒绝', 'danger'],
      ['详情', 'default'],
    ])
    expect(card.buttons[2]).toMatchObject({ url: 'http://127.0.0.1:3100/e/signed' })
    expect(wordsOf(card)).not.toContain('[{"')
  })

  it('shows the urgency in words and in the vendor’s colour', () => {
    const colours: Readonly<Record<string, readonly string[]>> = {
      wecom: ['grey', 'black', 'red', 'red'],
      dingtalk: ['grey', 'blue', 'orange', 'red'],
      feishu: ['wathet', 'blue', 'orange', 'red'],
    }
    const urgencies = ['low', 'normal', 'high', 'critical'] as const
    expect(urgencies.map((urgency) => draw({ ...open, urgency }).colour)).toEqual(colours[vendor])
    expect(draw(open).tags).toEqual([{ text: '紧急', colour: 'red' }])
  })

  it('has nothing to tap any more and says who has the job once that is decided', () => {
    const card = draw(taken)
    expect(card.buttons.filter(({ url, dead }) => !url && !dead)).toEqual([])
    expect(wordsOf(card)).toContain('已被李志强接单')
  })
})
