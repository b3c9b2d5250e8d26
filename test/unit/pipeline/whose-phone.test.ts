import { expect, it } from 'vitest'
import type { Turn } from '../../../src/contract/extraction.ts'
import { extractByRules } from '../../../src/pipeline/rules/extract-by-rules.ts'
import { loadLexicon } from '../../../src/pipeline/rules/lexicon.ts'

const lexicon = loadLexicon()
const at = Date.parse('2026-11-28T10:00:00+08:00')

/** What the rules take for the customer's number; a turn that begins with 客服： is the agent's. */
const phoneOf = (...said: readonly string[]) => {
  const turns = said.map((words, i): Turn => {
    const text = words.replace(/^客服：/, '')
    return { id: String(i), speaker: text === words ? 'customer' : 'agent', text, atMs: at }
  })
  const extraction = extractByRules(
    {
      ...{ turns, channel: 'wechat', timeZone: 'Asia/Shanghai', receivedAtMs: at, known: { fields: {} } },
      catalogue: { categories: [], models: [], hotlines: [] },
    },
    lexicon,
  )
  return extraction.fields.phone?.value
}

it.each([
  [
    'the one that is put instead',
    ['空调不制冷,电话13605712844', '号码错了,不是13605712844,是13605712855'],
    '13605712855',
  ],
  [
    'the one that is put instead in one breath',
    ['空调不制冷,电话不是13605712844,是13605712855'],
    '13605712855',
  ],
  [
    'the one that stands before the wrong one',
    ['空调不制冷,电话是13605712855,不是13605712844'],
    '13605712855',
  ],
  [
    'their own when the agent read another back',
    ['电话13605712844', '客服：您的电话是13605712847', '不是,13605712844'],
    '13605712844',
  ],
  [
    'the one on record that they confirm',
    ['空调不制冷', '客服：您的电话是不是13605712847', '是的'],
    '13605712847',
  ],
])('of several numbers the customer means %s', (_which, said, phone) => {
  expect(phoneOf(...said)).toBe(phone)
})
