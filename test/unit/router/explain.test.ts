import { expect, it } from 'vitest'
import { decide } from '../../../src/router/decide.ts'
import { explain } from '../../../src/router/explain.ts'
import { engineer, group, input, spans, ticket } from './world.ts'

const decision = decide(
  input({
    ticket: ticket({ productCategory: '空调', urgency: 'critical' }),
    groups: [
      group('杭州组', { regions: ['杭州市'], hours: spans('08:00', '20:00', [1, 2, 3, 4, 5]) }),
      group('全国组', { capacityLeft: 9 }),
      group('夜班组', { hours: spans('20:00', '08:00', [1, 2, 3, 4, 5]) }),
      group('应急组', { emergency: true, intents: ['urgent_safety'] }),
    ],
    engineers: [
      engineer('王工'),
      engineer('李工', { load: 2 }),
      engineer('赵工', { certs: [], status: 'leave' }),
      engineer('孙工', { location: null }),
    ],
  }),
)

it('tells a decision in Chinese, with the reason of each candidate that was not taken', () => {
  expect(explain(decision, 'zh').split('\n')).toEqual([
    '紧急工单，但没有符合的应急组。',
    '派到“杭州组”：符合的组里最专门的一个。',
    '工程师：王工。',
    '技能组：',
    '  ✓ 杭州组',
    '  · 全国组：符合，但负责的区域更宽',
    '  ✗ 夜班组：周三 10:00 不在开放时间内（周一至周五 20:00–08:00）',
    '  ✗ 应急组：不受理“维修”（受理：紧急安全）',
    '工程师：',
    '  ✓ 王工',
    '  · 李工：符合，但手上的单更多（含待接单，2 对 0）',
    '  ✗ 赵工：缺少证件：需要制冷，持有无；状态为请假，不能派单',
    '  ✗ 孙工：距离无法判断（缺少现场或工程师的位置，上限 30 公里）',
  ])
})

it('tells the same decision in English', () => {
  const text = explain(decision, 'en')
  expect(text).toContain('Critical, but no emergency group fits.')
  expect(text).toContain('  · 李工: fits, but has more jobs (2 against 0, offers included)')
  expect(text).toContain(
    '  ✗ 赵工: lacks a certificate: needs 制冷, holds none; is on leave and cannot be sent',
  )
})
