import { afterEach, describe, expect, it } from 'vitest'
import type { KnowledgePort, KnowledgeQuestion } from '../../src/contract/knowledge.ts'
import { openTalk, type TalkWorld } from './talk-world.ts'

let open: TalkWorld[] = []
afterEach(async () => {
  for (const { test } of open) await test.close()
  open = []
})

const quote = '滤芯建议每6个月更换一次。'
const articleId = '0b0e5fd0-0000-4000-8000-00000000000a'
const why = { words: ['滤芯'], question: null, category: null, model: null, fault: null }

/** A room with one article, about filters. */
function shelf() {
  const asked: KnowledgeQuestion[] = []
  const knowledge: KnowledgePort = {
    find: async (question) => {
      asked.push(question)
      if (!question.text.includes('滤芯')) return null
      return { articleId, version: 3, title: '净水器滤芯更换周期', quote, start: 0, end: 13, score: 0.9, why }
    },
  }
  return { asked, knowledge }
}

async function world(automatic: object = { knowledge: true }) {
  const { asked, knowledge } = shelf()
  const w = await openTalk({ knowledge, automatic })
  open.push(w)
  const actions = async () =>
    (await w.test.fresh.database.db.selectFrom('extraction').select('action').orderBy('at').execute()).map(
      ({ action }) => action,
    )
  return { ...w, asked, actions }
}

describe('an inquiry', () => {
  it('is answered with an article’s own words, its title, and the way to a person', async () => {
    const w = await world()
    await w.say('u1', '请问滤芯多久换一次?')
    const [answer] = await w.said()
    expect(answer!.rule).toBe(`knowledge:${articleId}`)
    expect(answer!.text).toContain(quote)
    expect(answer!.text).toContain('《净水器滤芯更换周期》')
    expect(answer!.text).toContain('转人工')
    expect(await w.actions()).toEqual([{ kind: 'answer', articleId }])
    expect(await w.tickets()).toEqual([])
    // Nobody has to look at it any more.
    expect(await w.conversation()).toMatchObject({ waitingSince: null, queuedAt: null })
  })

  it.each(['没解决', '转人工'])('goes to a person when the customer says %s after that', async (words) => {
    const w = await world()
    await w.say('u1', '请问滤芯多久换一次?')
    await w.say('u1', words)
    expect((await w.actions()).at(-1)).toEqual({ kind: 'handover' })
    const { waitingSince, queuedAt } = await w.conversation()
    expect([waitingSince, queuedAt]).not.toContain(null)
    // From then on a person answers, until one did.
    await w.say('u1', '滤芯到底多久换?')
    expect(await w.said()).toHaveLength(1)
  })

  it('goes to a person when no article answers it, and nothing is said', async () => {
    const w = await world()
    await w.say('u1', '请问你们周末上班吗?')
    expect(w.asked).toHaveLength(1)
    expect(await w.said()).toEqual([])
    expect(await w.actions()).toEqual([{ kind: 'handover' }])
    expect((await w.conversation()).queuedAt).not.toBeNull()
  })

  it('goes to a person when the same article would be quoted again', async () => {
    const w = await world()
    await w.say('u1', '请问滤芯多久换一次?')
    await w.say('u1', '那滤芯怎么换?')
    expect(await w.said()).toHaveLength(1)
    expect((await w.actions()).at(-1)).toEqual({ kind: 'handover' })
  })

  it('is not looked up where the switch is off, nor while a person speaks', async () => {
    const off = await world({})
    await off.say('u1', '请问滤芯多久换一次?')
    const on = await world()
    await on.say('u1', '你好')
    await on.test.run('outbox.reply', { conversationId: (await on.conversation()).id, text: '您好' })
    await on.say('u1', '请问滤芯多久换一次?')
    expect([off.asked, on.asked]).toEqual([[], []])
  })

  it('is no greeting, and no thanks', async () => {
    const w = await world()
    await w.say('u1', '你好,在吗?')
    await w.say('u1', '谢谢')
    expect(w.asked).toEqual([])
  })

  it('about a ticket’s customer is noted on the ticket', async () => {
    const w = await world()
    await w.say('u1', '净水器漏水,来修一下,杭州市西湖区文三路259号1幢302室,13605712844')
    await w.say('u1', '对了,滤芯多久换一次?')
    expect(await w.timeline('answered')).toMatchObject([{ kind: 'knowledge', title: '净水器滤芯更换周期' }])
  })
})

describe('the articles of the hub', () => {
  const article = {
    ...{ slug: 'dishwasher-warranty', title: '洗碗机保修期', products: ['洗碗机'], models: [], faults: [] },
    ...{ lang: 'zh', questions: ['洗碗机保修多久', '洗碗机的保修期是多久'] },
    body: '## 保修期\n\n洗碗机整机保修三年，从安装之日算起。',
  }

  it('answer once they are published', async () => {
    const w = await openTalk({ automatic: { knowledge: true } })
    open.push(w)
    const { id } = await w.test.run('knowledge.save', article)
    await w.say('u1', '请问洗碗机的保修期是多久?')
    expect(await w.said()).toEqual([])
    await w.test.run('knowledge.publish', { id, version: 1 })
    await w.say('u2', '请问洗碗机的保修期是多久?')
    expect(await w.said()).toMatchObject([
      { rule: `knowledge:${String(id)}`, text: expect.stringContaining('整机保修三年') },
    ])
  })
})
