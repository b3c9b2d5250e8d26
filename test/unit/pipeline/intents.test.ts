import { describe, expect, it } from 'vitest'
import { extractByRules } from '../../../src/pipeline/rules/extract-by-rules.ts'
import { loadLexicon } from '../../../src/pipeline/rules/lexicon.ts'

const lexicon = loadLexicon()
const at = Date.parse('2026-11-23T09:30:00+08:00')
const read = (text: string) =>
  extractByRules(
    {
      turns: [{ id: '0', speaker: 'customer', text, atMs: at }],
      channel: 'wechat',
      timeZone: 'Asia/Shanghai',
      receivedAtMs: at,
      catalogue: { categories: [], models: [], hotlines: [] },
      known: { fields: {} },
    },
    lexicon,
  ).fields
const of = (text: string) => {
  const { intent, urgency } = read(text)
  return [intent?.value, urgency?.value]
}

describe('what is wanted, and how soon', () => {
  it.each([
    ['豆浆机能榨果汁不', 'inquiry', 'low'],
    ['我那个冰箱几号能送到', 'inquiry', 'normal'],
    ['申请的退款审核通过了没', 'inquiry', 'normal'],
    ['不用来了 原来是插头没插好', 'inquiry', 'low'],
    ['装饰条掉了一截 不碍事 改天有空来弄', 'repair', 'low'],
    ['冰箱不制冷了', 'repair', 'normal'],
    ['食堂的消毒柜按了没反应', 'repair', 'normal'],
    ['病房的电视没信号 其他屋正常', 'repair', 'normal'],
    ['热水器水忽冷忽热 电话13057712345', 'repair', 'normal'],
    ['封口机封不严 我们十点营业 开门前来吧', 'repair', 'normal'],
    ['打印机坏了 半小时后开董事会要用', 'repair', 'high'],
    ['炒冰机坏了 今天只好停卖', 'repair', 'high'],
    ['涂装线停了 车身都堵着', 'repair', 'critical'],
    ['说好周二来 周二没来 我要去找工商', 'complaint', 'high'],
    ['补一张上次维修的收据', 'billing', 'normal'],
    ['别修了 给我换台新的', 'return_refund', 'normal'],
  ])('is read in %s', (text, intent, urgency) => {
    expect(of(text)).toEqual([intent, urgency])
  })

  it.each([
    ['学生的手卷进传送带了', 'critical'],
    ['有个老人在扶梯上摔下来了', 'critical'],
    ['电源线外皮破了 露出铜丝 没敢再插', 'high'],
    ['充电器融了一块 已经拔了', 'high'],
  ])('is a danger in %s', (text, urgency) => {
    expect(of(text)).toEqual(['urgent_safety', urgency])
  })

  it.each([
    '扶手带卡住了 走不动',
    '把手卡住了 拧不开',
    '机械手卡料 抓不起来',
    '小孩把遥控器摔了 按键没反应',
    '这个机型停产了没',
  ])('is no danger in %s', (text) => {
    expect(of(text)[0]).not.toBe('urgent_safety')
    expect(of(text)[1]).not.toBe('critical')
  })
})

describe('whether somebody comes back with the same thing', () => {
  it.each([
    ['显示 E4，昨天师傅来过没有修好', true],
    ['上周刚修过的洗衣机又漏水了', true],
    ['工程师上午看过，还是漏', true],
    ['空调不制冷，师傅能来看看吗', false],
    ['没有修过，第一次坏', false],
  ])('is read in %s: %s', (text, again) => {
    expect(read(text).is_repeat_contact?.value).toBe(again)
  })
})
