import { describe, expect, it } from 'vitest'
import { extractByRules } from '../../../src/pipeline/rules/extract-by-rules.ts'
import { loadLexicon } from '../../../src/pipeline/rules/lexicon.ts'

const lexicon = loadLexicon()
const action = (said: readonly string[], channel = 'wechat') =>
  extractByRules(
    {
      turns: said.map((text, i) => ({
        id: String(i),
        speaker: text.startsWith('客服：') ? ('agent' as const) : ('customer' as const),
        text,
        atMs: 0,
      })),
      channel,
      timeZone: 'Asia/Shanghai',
      receivedAtMs: 0,
      catalogue: { categories: [], models: [], hotlines: [] },
      known: { fields: {} },
    },
    lexicon,
  ).action

const fault = '洗衣机不脱水了 麻烦来修一下'
const phone = '电话13800001111'

describe('the action that follows from a conversation', () => {
  it('asks for the phone number of a repair first, and for the address then', () => {
    expect(action([fault])).toMatchObject({ kind: 'ask', field: 'phone' })
    expect(action([fault, phone])).toMatchObject({ kind: 'ask', field: 'address' })
    expect(action([fault, phone, '杭州市西湖区文三路478号'])).toEqual({ kind: 'create' })
  })

  it('asks in the language of the customer', () => {
    expect(action(['My washing machine does not spin, please send someone to repair it'])).toMatchObject({
      kind: 'ask',
      question: expect.stringMatching(/^How can we reach you/),
    })
  })

  it('asks nothing while somebody of the house is speaking, nor on the phone', () => {
    expect(action([fault, '客服：请问怎么联系您'])).toEqual({ kind: 'create' })
    expect(action([fault], 'phone')).toEqual({ kind: 'create' })
  })

  it('never lets a danger wait for an answer', () => {
    expect(action(['热水器冒烟了'])).toEqual({ kind: 'create' })
  })

  it('hands over to a person who is asked for, and does nothing about small talk', () => {
    expect(action([fault, '转人工'])).toEqual({ kind: 'handover' })
    expect(action(['在吗'])).toEqual({ kind: 'none' })
  })
})
