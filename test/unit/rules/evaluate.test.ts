import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonValue } from '../../../src/kernel/json.ts'
import { type Condition, conditionSchema, evaluate, explain } from '../../../src/rules/index.ts'

const facts: JsonValue = {
  ticket: {
    intent: 'repair',
    floor: 12,
    tags: ['vip', 'noisy'],
    summary: '厨房 ＷｉＦｉ 热水器漏水',
    note: null,
    region: { city: '杭州市' },
    created: '2026-11-18',
  },
}
const holds = (condition: JsonValue) => evaluate(conditionSchema.parse(condition), facts).result

describe('a comparison', () => {
  it.each<[JsonValue, boolean]>([
    [{ field: 'ticket.intent', eq: 'repair' }, true],
    [{ field: 'ticket.region', eq: { city: '杭州市' } }, true],
    [{ field: 'ticket.floor', eq: '12' }, false],
    [{ field: 'ticket.note', eq: null }, true],
    [{ field: 'ticket.gone', eq: null }, false],
    [{ field: 'ticket.intent', in: ['billing', 'repair'] }, true],
    [{ field: 'ticket.intent', in: [] }, false],
    [{ field: 'ticket.tags', contains: 'vip' }, true],
    [{ field: 'ticket.tags', contains: 'vi' }, false],
    [{ field: 'ticket.summary', contains: '漏水' }, true],
    [{ field: 'ticket.floor', contains: 1 }, false],
    [{ field: 'ticket.floor', gte: 12 }, true],
    [{ field: 'ticket.floor', gte: 12.5 }, false],
    [{ field: 'ticket.floor', lte: 12 }, true],
    [{ field: 'ticket.floor', lte: '99' }, false],
    [{ field: 'ticket.created', gte: '2026-11-01' }, true],
    [{ field: 'ticket.gone', lte: 1 }, false],
    [{ field: 'ticket.note', exists: true }, false],
    [{ field: 'ticket.gone', exists: false }, true],
    [{ field: 'ticket.tags.0', eq: 'vip' }, true],
    [{ field: 'ticket.region.city', startsWith: '杭州' }, true],
    [{ field: 'ticket.floor', startsWith: '1' }, false],
    [{ field: 'ticket.summary', matches: ['跳闸', 'wifi'] }, true],
    [{ field: 'ticket.tags', matches: ['vip'] }, false],
    [{ field: 'ticket.constructor.name', exists: true }, false],
    [{ field: 'ticket.intent.length', exists: true }, false],
  ])('%j is %s', (condition, result) => {
    expect(holds(condition)).toBe(result)
  })

  it('combines with all, any and not; nothing at all holds for all and not for any', () => {
    const yes = { field: 'ticket.floor', gte: 1 }
    const no = { field: 'ticket.floor', gte: 99 }
    expect(holds({ all: [yes, { not: no }] })).toBe(true)
    expect(holds({ all: [yes, no] })).toBe(false)
    expect(holds({ any: [no, yes] })).toBe(true)
    expect([holds({ all: [] }), holds({ any: [] })]).toEqual([true, false])
  })

  it('leaves a trace of every part with what was needed and what was found', () => {
    const condition = conditionSchema.parse({
      any: [{ field: 'ticket.floor', gte: 99 }, { not: { field: 'ticket.gone', eq: 1 } }],
    })
    expect(evaluate(condition, facts).trace).toEqual({
      op: 'any',
      result: true,
      parts: [
        { op: 'gte', result: false, field: 'ticket.floor', needed: 99, found: 12 },
        {
          op: 'not',
          result: true,
          parts: [{ op: 'eq', result: false, field: 'ticket.gone', needed: 1, found: null }],
        },
      ],
    })
  })
})

describe('the schema', () => {
  it.each<[string, JsonValue]>([
    ['an unknown operator', { field: 'a', like: '%' }],
    ['two operators at once', { field: 'a', eq: 1, gte: 0 }],
    ['no operator', { field: 'a' }],
    ['a path that is not names and dots', { field: 'a[0]', eq: 1 }],
    ['an empty list of words', { field: 'a', matches: [] }],
    ['text instead of a condition', 'ticket.intent == 1'],
    ['nothing', null],
  ])('refuses %s', (_, value) => {
    expect(conditionSchema.safeParse(value).success).toBe(false)
  })

  it('refuses a condition that is nested a hundred thousand deep without running out of stack', () => {
    let deep: JsonValue = { field: 'a', eq: 1 }
    for (let i = 0; i < 100_000; i++) deep = { not: deep }
    expect(conditionSchema.safeParse(deep).success).toBe(false)
  })

  it('never throws, and evaluates and explains whatever it accepts', () => {
    const leaf = fc.oneof(
      fc.record({ field: fc.constantFrom('ticket.floor', 'ticket.tags', 'gone'), eq: fc.jsonValue() }),
      fc.record({ field: fc.constantFrom('ticket.intent', 'ticket.note'), matches: fc.array(fc.string()) }),
      fc.record({ field: fc.string(), gte: fc.oneof(fc.double(), fc.string()) }),
    )
    const { node } = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 5 },
        leaf,
        fc.record({ all: fc.array(tie('node'), { maxLength: 3 }) }),
        fc.record({ not: tie('node') }),
        fc.jsonValue(),
      ),
    }))
    fc.assert(
      fc.property(node, (value) => {
        const parsed = conditionSchema.safeParse(value)
        if (!parsed.success) return
        expect(typeof evaluate(parsed.data, facts).result).toBe('boolean')
        expect(evaluate({ not: parsed.data }, facts).result).toBe(!evaluate(parsed.data, facts).result)
        expect(explain(parsed.data, 'zh').length).toBeGreaterThan(0)
      }),
    )
  })
})

it('is explained in both languages, with names for fields and values where given', () => {
  const condition: Condition = {
    all: [
      { field: 'ticket.intent', in: ['repair', 'maintenance'] },
      { any: [{ field: 'ticket.floor', gte: 7 }, { not: { field: 'ticket.note', exists: true } }] },
      { field: 'ticket.phone', exists: false },
    ],
  }
  expect(explain(condition, 'en')).toBe(
    'ticket.intent is one of “repair”, “maintenance” and (ticket.floor is at least 7 or not(ticket.note is given)) and ticket.phone is not given',
  )
  const names: Record<string, string> = { 'ticket.intent': '诉求', repair: '维修', maintenance: '保养' }
  const wording = {
    field: (path: string) => names[path] ?? path,
    value: (_: string, value: JsonValue) => names[String(value)] ?? String(value),
  }
  expect(explain(condition, 'zh', wording)).toBe(
    '诉求是 维修、保养 之一 且 (ticket.floor不小于7 或 并非(ticket.note已填写)) 且 ticket.phone未填写',
  )
})
