import { describe, expect, it } from 'vitest'
import { automaticOf } from '../../../src/contract/automatic.ts'
import type { Dialogue, ExtractionInput } from '../../../src/contract/extraction.ts'
import { readByRules } from '../../../src/pipeline/extract.ts'
import { verify } from '../../../src/pipeline/ground.ts'
import { readChoice } from '../../../src/pipeline/read/choice.ts'
import { loadLexicon } from '../../../src/pipeline/rules/lexicon.ts'
import { asksSomething } from '../../../src/pipeline/rules/talk.ts'

const lexicon = loadLexicon()
const nothing: Dialogue = { tickets: [], asked: null, askedFields: [], answered: false }
const one = { tickets: [{ id: 'a', number: 'T100016', here: true }] }

/** What customers and the hub (`系统：`) said, as the engine gets it. */
function input(said: readonly string[], dialogue: Partial<Dialogue>): ExtractionInput {
  return {
    turns: said.map((text, i) => ({
      id: String(i),
      speaker: text.startsWith('系统：') ? ('system' as const) : ('customer' as const),
      text,
      atMs: 0,
    })),
    channel: 'wechat-oa',
    timeZone: 'Asia/Shanghai',
    receivedAtMs: 0,
    catalogue: { categories: [], models: [], hotlines: [] },
    known: { fields: {} },
    dialogue: { ...nothing, ...dialogue },
  }
}
const read = (said: readonly string[], dialogue: Partial<Dialogue> = {}) =>
  readByRules(input(said, dialogue), lexicon)
const action = (text: string, dialogue: Partial<Dialogue> = one) => read([text], dialogue).action

describe('what a customer says about a ticket that is waited for', () => {
  it.each([
    '到哪了?',
    '师傅到哪里了',
    '师傅什么时候来',
    '请问维修工几点上门呀',
    '我的工单处理到哪一步了?',
    '有进展吗',
    '安排了吗?',
    'When will the engineer come?',
    'Any update?',
  ])('asks how far it is: %s', (text) => {
    expect(action(text)).toEqual({ kind: 'progress', ticketId: 'a' })
  })

  it.each(['快点', '怎么还没来', '催一下', '等了半天了', '麻烦抓紧处理', 'Please hurry up', 'still waiting'])(
    'presses: %s',
    (text) => {
      expect(action(text)).toEqual({ kind: 'expedite', ticketId: 'a', said: text })
    },
  )

  it.each(['不着急', '不用催了', '好的,谢谢', '什么时候来都可以', '修好了'])('does neither: %s', (text) => {
    expect(['progress', 'expedite']).not.toContain(action(text).kind)
  })

  it('is nothing where no ticket is waited for', () => {
    expect(action('师傅什么时候来', {})).toEqual({ kind: 'none' })
  })

  it('means the ticket whose number is named, and joins it when nothing else is asked', () => {
    const tickets = [...one.tickets, { id: 'b', number: 'T100024', here: false }]
    expect(action('t100024 到哪了', { tickets })).toEqual({ kind: 'progress', ticketId: 'b' })
    expect(action('关于工单T100024,型号是KFR-35GW', { tickets })).toEqual({ kind: 'join', ticketId: 'b' })
    expect(action('关于工单T100016,型号是KFR-35GW', { tickets }).kind).not.toBe('join')
  })
})

describe('an answer to the hub’s question', () => {
  const quickReplies = ['我送过去', '稍后提供']
  const asked = { field: 'address', turn: '1', quickReplies } as const
  const talk = ['空调不制冷,来修一下,电话13800001111', '系统：请问在哪里?请留下地址。']

  it.each([
    ['2', '稍后提供'],
    [' ２。', '稍后提供'],
    ['第一个', '我送过去'],
    ['选1', '我送过去'],
    ['我送过去!', '我送过去'],
    ['3', null],
    ['21', null],
    ['我自己送', null],
    ['', null],
  ])('is a choice by its number or its words: %s', (said, reply) => {
    expect(readChoice(said, quickReplies)).toBe(reply)
  })

  it('is read with the words as evidence, and nothing more is asked for that field', () => {
    const answer = read([...talk, '2'], { asked, askedFields: ['address'] })
    expect(answer.choice).toEqual({
      field: 'address',
      reply: '稍后提供',
      evidence: { kind: 'span', turn: '2', start: 0, end: 1, quote: '2' },
    })
    expect(answer.action).toEqual({ kind: 'create' })
  })

  it('is no choice when it was said before the question, nor when the evidence does not say it', () => {
    expect(read(['2', ...talk], { asked: { ...asked, turn: '2' }, askedFields: ['address'] }).choice).toBe(
      undefined,
    )
    const of = input([...talk, '2'], { asked, askedFields: ['address'] })
    const honest = readByRules(of, lexicon)
    const forged = { ...honest, choice: { ...honest.choice!, reply: '我送过去' } }
    expect(verify(forged, of, lexicon).choice).toBe(undefined)
  })

  it('goes on being waited for until it comes, and is never asked for a second time', () => {
    expect(read([...talk, '嗯'], { asked, askedFields: ['address'] }).action).toMatchObject({
      kind: 'ask',
      field: 'address',
    })
    expect(read([...talk], { askedFields: ['address'] }).action).toEqual({ kind: 'create' })
  })

  it('is what “not solved” means only after an article was quoted', () => {
    expect(read(['没解决'], { answered: true }).action).toEqual({ kind: 'handover' })
    expect(read(['没解决']).action.kind).not.toBe('handover')
  })
})

describe('a question that an article could answer', () => {
  it.each(['滤芯多久换一次', '请问保修几年?', 'How do I reset it'])('is one: %s', (text) => {
    expect(asksSomething(text)).toBe(true)
  })
  it.each(['在吗?', '你好,有人吗', '谢谢', 'hello', '好的'])('is none: %s', (text) => {
    expect(asksSomething(text)).toBe(false)
  })
})

describe('what an account says by itself', () => {
  const chat = { settleMs: 8_000, replyWindow: null }
  const letter = { settleMs: 0, replyWindow: null }

  it('follows its kind until somebody switches', () => {
    expect(automaticOf(chat, null)).toEqual({ question: true, state: true, knowledge: false })
    expect(automaticOf(letter, {})).toEqual({ question: false, state: false, knowledge: false })
    expect(automaticOf(letter, { state: true })).toEqual({ question: false, state: true, knowledge: false })
    expect(automaticOf(chat, { question: false, knowledge: true })).toEqual({
      ...{ question: false, state: true, knowledge: true },
    })
  })

  it('is nothing where nobody can answer, whatever was switched', () => {
    const silent = { question: false, state: false, knowledge: false }
    const on = { question: true, state: true, knowledge: true }
    expect(automaticOf({ ...chat, takesReplies: false }, on)).toEqual(silent)
    expect(automaticOf({ ...chat, replyWindow: { windowMs: 0, messages: 0 } }, on)).toEqual(silent)
  })
})

describe('what nobody writes', () => {
  it.each(['到', '师傅', '快', ' ', '在', '你好,', 'when is the engineer ', '等了', '1'])(
    'is read in a time that grows with the text: %s',
    (piece) => {
      const text = piece.repeat(20_000)
      // A pattern that goes back and forth would not end within the test's time.
      expect(action(`${text}x?`).kind).toBeTypeOf('string')
      expect(asksSomething(`${text}x?`)).toBeTypeOf('boolean')
      expect(readChoice(text, ['好的'])).toBeNull()
    },
  )
})
