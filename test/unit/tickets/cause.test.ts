import { describe, expect, it } from 'vitest'
import type { TicketFieldMap } from '../../../src/contract/extraction.ts'
import { causeIn, causeOf } from '../../../src/tickets/cause.ts'

const found = (text: string, category: string | null = null) => causeIn(text, category)?.cause ?? null

describe('a fault that an area shares', () => {
  it.each([
    ['小区停电了', null, 'power'],
    ['家里没电了,整栋楼都没有', null, 'power'],
    ['There is a power cut in our building', null, 'power'],
    ['停水了,水龙头不出水', null, 'water'],
    ['no running water since this morning', null, 'water'],
    ['电梯困人了,快来', null, 'elevator'],
    ['按钮没反应', '电梯', 'elevator'],
    ['The elevator is stuck on the third floor', null, 'elevator'],
    ['中央空调不制冷', null, 'cooling'],
    ['暖气片冰凉', null, 'heating'],
    ['家里断网了', null, 'internet'],
    ['光猫红灯,宽带断了', null, 'internet'],
    ['天然气停气了', null, 'gas'],
    ['污水管道倒灌', null, 'sewer'],
    ['单元门打不开了', null, 'access'],
  ])('is told by “%s”', (text, category, cause) => {
    expect(found(text, category)).toBe(cause)
  })

  it.each([
    ['空调遥控器没电了', '空调'],
    ['手机没电了关机'],
    ['洗衣机用着用着断电', '洗衣机'],
    ['热水器没水', '热水器'],
    ['净水器没水了', '净水器'],
    ['扫地机器人断网了', '扫地机器人'],
    ['壁挂炉暖气不热', '壁挂炉'],
    ['请问明天会停水吗'],
    ['没有停电,就是空调坏了', '空调'],
    ['There was no power cut, only the fridge is dead', '冰箱'],
    ['空调不制冷', '空调'],
    [''],
  ])('is not told by “%s”', (text, category?: string) => {
    expect(found(text, category ?? null)).toBeNull()
  })

  it('is looked for in what the customer said when the fields do not hold it, and never in an order', () => {
    const field = (value: unknown) => ({
      value,
      evidence: [],
      method: 'rules',
      confidence: 1,
      verdict: 'accepted',
    })
    const fields = { fault_description: field('整栋楼都没有') } as unknown as TicketFieldMap
    expect(causeOf(fields)).toBeNull()
    expect(causeOf(fields, '5号楼没电了,整栋楼都没有')?.cause).toBe('power')
    const order = { ...fields, intent: field('installation') } as unknown as TicketFieldMap
    expect(causeOf(order, '装修停电了')).toBeNull()
  })

  it('is looked for in a bounded part of a long text', () => {
    expect(found(`${'很长的话,没有重点。'.repeat(50_000)}停电`)).toBeNull()
    expect(found(`停电${'电'.repeat(500_000)}`)).toBe('power')
  })
})
