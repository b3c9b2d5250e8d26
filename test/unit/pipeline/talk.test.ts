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

describe('a customer who wants no visit any more', () => {
  it.each([
    ['取消吧', '取消'],
    ['不用修了', '不用修了'],
    ['算了不用来了', '不用来了'],
    ['算了,不用来了,谢谢', '不用来了'],
    ['麻烦帮我取消一下', '取消'],
    ['我要取消预约', '取消'],
    ['师傅不用上门了,自己修好了', '不用上门了'],
    ['已经好了,不用派人过来了', '不用派人过来了'],
    ['先不修了,等过完年再说', '不修了'],
    ['暂时不想装了。', '不想装了'],
    ['别来了,家里没人', '别来了'],
    ['把这个单子取消掉吧', '取消'],
    ['能不能取消啊?', '取消'],
    ['太慢了!不修了!', '不修了'],
    ['不需要维修了', '不需要维修了'],
    ['撤单吧', '撤单'],
    ['不用了,已经自己修好了', '不用了,已经自己修好了'],
    ['明天不用来了', '不用来了'],
    ['T100016 取消', '取消'],
    ['不想等了,取消了吧', '取消'],
    ['Please cancel my appointment', 'cancel my'],
    ['I want to cancel it.', 'cancel it'],
    ['You don’t need to come anymore', 'don’t need to come anymore'],
    ['No need to send anyone, it works again', 'No need to send anyone'],
    ['never mind, it is fixed', 'never mind, it is fixed'],
    ['I need to cancel tomorrow’s appointment', 'cancel tomorrow’s'],
    ['刚刚报的修取消 孩子按到童锁了', '取消'],
    ['空调又凉了 可能刚才是跳闸 先不用来', '先不用来'],
    ['帮我把预约取消了', '取消了'],
  ])('asks to cancel the ticket, in these words: %s', (text, quote) => {
    expect(action(text)).toMatchObject({ kind: 'cancel', ticketId: 'a', evidence: { turn: '0', quote } })
  })

  it.each([
    '不要取消',
    '先别取消,我再想想',
    '千万别把我的单子取消了',
    '我没说要取消',
    '我没有取消啊',
    '取消了安装的预约改到周五',
    '取消今天的预约,明天再来',
    '今天不用来了,改天再约',
    '为什么给我取消了?',
    '谁取消的',
    '是不是不用来了?',
    '你们不修了?',
    '取消要收费吗',
    '怎么取消',
    '童锁怎么取消不了',
    '取消静音之后还是没声音',
    '上次师傅说不用修了',
    '短信写着“取消工单请回复TD”',
    '再不来我就取消了',
    '如果周五来不了就取消吧',
    '不用换新的,修一下就行',
    '不用来这么多人',
    '昨天已经取消了一次',
    '取消吧。算了,还是来吧,不取消了',
    '好的,不用了谢谢',
    '孩子把预约取消了',
    '屏幕上显示取消',
    '一点就在等,打师傅电话关机,还修不修了',
    '报销单走到哪一步了',
    '拍错地址了 取消 重新下',
    'Please don’t cancel my appointment',
    'Why was my visit cancelled?',
    'Can we reschedule instead of cancelling?',
    'Cancel it for Monday and move it to Friday',
    'Don’t come before 9',
    'If nobody comes today I will cancel it',
  ])('does not: %s', (text) => {
    expect(action(text).kind).not.toBe('cancel')
  })

  it('means the ticket whose number is named, and nothing where none is open', () => {
    const tickets = [...one.tickets, { id: 'b', number: 'T100024', here: false }]
    expect(action('T100024取消吧', { tickets })).toMatchObject({ kind: 'cancel', ticketId: 'b' })
    expect(action('取消吧', {})).toEqual({ kind: 'none' })
  })

  it('is heard before the pressing in the same breath, and taken back by what is said later', () => {
    expect(action('怎么还没来?算了,不用来了')).toMatchObject({ kind: 'cancel' })
    expect(read(['取消吧', '算了还是来吧'], one).action.kind).not.toBe('cancel')
    expect(read(['不要取消', '算了,取消吧'], one).action).toMatchObject({
      kind: 'cancel',
      evidence: { turn: '1' },
    })
  })

  it('is marked on the ticket that opens, where it is a visit that was asked for and no person listens', () => {
    const wanted = '空调不制冷了,麻烦来修一下'
    expect(read([wanted, '算了,不用修了']).action).toMatchObject({
      kind: 'create',
      cancel: { said: '算了,不用修了', evidence: { turn: '1', quote: '不用修了' } },
    })
    expect(read([wanted, '取消吧', '算了还是来吧']).action).toMatchObject({ kind: 'ask' })
    expect(read(['我要取消订单,退款']).action).not.toHaveProperty('cancel')
    const call = { ...input([wanted, '算了,不用修了'], {}), channel: 'phone' as const }
    expect(readByRules(call, lexicon).action).not.toHaveProperty('cancel')
  })

  const summaryOf = (said: readonly string[], dialogue: Partial<Dialogue> = one) =>
    read(said, dialogue).fields.summary?.value
  const fault = '空调不制冷了,麻烦来修一下'

  it.each([
    [['算了', '取消吧']],
    [['算了,取消吧,谢谢']],
    [['师傅不用来了。帮我把这个工单取消一下']],
    [['T100016 取消']],
    [['你好,我不想修了!']],
    [['Please cancel my appointment, thanks']],
  ])('says nothing for the summary in a sentence that is only that wish: %j', (said) => {
    expect(summaryOf([fault, ...said])).toBe(summaryOf([fault]))
    // Said elsewhere it takes nobody's summary away either.
    expect(summaryOf(said)).toBeUndefined()
  })

  it('says the rest for the summary, and everything where it is taken back or no ticket is waited for', () => {
    expect(summaryOf([fault, '自己修好了,不用来了,谢谢'])).toContain('自己修好了')
    expect(summaryOf([fault, '取消吧', '算了还是来吧,下午到之前打电话'])).toContain('到之前打电话')
    expect(summaryOf(['我要取消订单,退款'], {})).toContain('取消订单')
    expect(summaryOf(['取消吧'], {})).toBe('取消吧')
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
  it.each([
    '到',
    '师傅',
    '快',
    ' ',
    '在',
    '你好,',
    'when is the engineer ',
    '等了',
    '1',
    '不要',
    '别再',
    '需要',
    '“',
    'cancel ',
  ])('is read in a time that grows with the text: %s', (piece) => {
    const text = piece.repeat(20_000)
    // A pattern that goes back and forth would not end within the test's time.
    expect(action(`${text}x?`).kind).toBeTypeOf('string')
    expect(asksSomething(`${text}x?`)).toBeTypeOf('boolean')
    expect(readChoice(text, ['好的'])).toBeNull()
  })
})
