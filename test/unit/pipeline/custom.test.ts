import { describe, expect, it } from 'vitest'
import type { ExtractionInput } from '../../../src/contract/extraction.ts'
import { readCustom } from '../../../src/pipeline/custom.ts'
import { readByRules } from '../../../src/pipeline/extract.ts'
import { verify } from '../../../src/pipeline/ground.ts'
import { loadLexicon } from '../../../src/pipeline/rules/lexicon.ts'

const title = (zh: string, en: string) => ({ zh, en })
const customForm = {
  type: 'object',
  properties: {
    bought_at: { type: 'string', enum: ['京东', '天猫', '线下门店'], title: title('购买渠道', 'Bought at') },
    in_warranty: { type: 'boolean', title: title('是否在保', 'In warranty') },
    floor: { type: 'integer', title: title('楼层', 'Floor') },
    room: { type: 'string', title: title('房号', 'Room') },
    note: { type: 'string', title: title('备注(必填)', 'Note (required)') },
  },
}

function inputOf(...said: string[]): ExtractionInput {
  return {
    turns: said.map((text, i) => ({
      ...{ id: String(i), atMs: 0, text: text.replace(/^A:/, '') },
      speaker: text.startsWith('A:') ? ('agent' as const) : ('customer' as const),
    })),
    ...{ channel: 'wechat', timeZone: 'Asia/Shanghai', receivedAtMs: 0, customForm },
    ...{ catalogue: { categories: [], models: [], hotlines: [] }, known: { fields: {} } },
  }
}

const values = (...said: string[]) =>
  Object.fromEntries(Object.entries(readCustom(inputOf(...said))).map(([name, { value }]) => [name, value]))

describe('fields of a form’s own are read without a model', () => {
  it.each([
    ['behind their title', ['房号是A1203,楼层:12'], { room: 'A1203', floor: 12 }],
    ['in the answer to the question for them', ['A:房号多少?', '就是 1804'], { room: '1804' }],
    ['by the one choice that is said', ['在天猫买的'], { bought_at: '天猫' }],
    ['by a number with the title’s unit', ['我在18楼'], { floor: 18 }],
    ['yes', ['这台还在保'], { in_warranty: true }],
    ['no', ['已经不在保了'], { in_warranty: false }],
    ['where the title has marks that mean something in a pattern', ['备注(必填):有狗'], { note: '有狗' }],
  ])('%s', (_, said, expected) => {
    expect(values(...said)).toEqual(expected)
  })

  it.each([
    ['two choices are said', ['京东还是天猫我忘了']],
    ['a choice is denied', ['不是京东']],
    ['yes or no is asked', ['还在保吗', '是不是在保']],
    ['an agent says it', ['A:您是京东买的,18楼']],
    ['nothing is said', ['你好']],
  ])('nothing where %s', (_, said) => {
    expect(values(...said)).toEqual({})
  })

  it('is always shown for confirmation, with the words as evidence that the verifier reads again', () => {
    const input = inputOf('京东买的,不在保,18楼')
    const extraction = readByRules(input, loadLexicon())
    expect(Object.keys(extraction.custom).sort()).toEqual(['bought_at', 'floor', 'in_warranty'])
    for (const field of Object.values(extraction.custom)) expect(field.verdict).toBe('confirm')
    const lied = Object.fromEntries(
      Object.entries({ bought_at: '天猫', floor: 19, in_warranty: true }).map(([name, value]) => [
        name,
        { ...extraction.custom[name]!, value },
      ]),
    )
    expect(verify({ ...extraction, custom: lied }, input, loadLexicon()).custom).toEqual({})
  })
})
