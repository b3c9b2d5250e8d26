import { describe, expect, it } from 'vitest'
import type { Console } from '../../../bench/hub-process.ts'
import { type Outcome, play, type Scene, type Stage, summaryOf } from '../../../demo/story.ts'
import type { ChatWindow, Line, SeenCard } from '../../../demo/windows/window.ts'

const scene: Scene = { vendor: 'toy', phone: '13605710099', says: ['灯不亮'], told: false }

/** A stage with a hub that has one ticket, and one engineer with its card; `press` is what a tap does. */
function stageWith(press: (accept: () => void) => Promise<string>) {
  let assigneeName: string | null = null
  let buttons: SeenCard['buttons'] = [{ key: 'offer.accept', text: '接单', style: 'primary' }]
  const ticket = () => ({ id: 't1', number: 'YT-1', groupName: '杭州组', assigneeName })
  const answers: Record<string, () => Record<string, unknown>> = {
    '/api/ticket/list': () => ({ tickets: [ticket()] }),
    '/api/ticket/get': () => ({ fields: { summary: { value: '灯不亮', evidence: [{}] } } }),
    '/api/conversation/ofTicket': () => ({
      conversations: [],
      messages: [
        { conversationId: 'c1', direction: 'in', kind: 'text', text: '灯不亮', at: 'now', attachments: [] },
      ],
    }),
  }
  const desk: Console = {
    get: async (path) => answers[path.split('?')[0]!]!(),
    post: async () => ({}),
    upload: async () => ({}),
  }
  const card = (): SeenCard => ({
    ...{ id: 'o1', title: '派单 YT-1', colour: 'red', tags: [], lines: [] },
    buttons,
  })
  const window: ChatWindow = {
    ...{ vendor: 'toy', zh: '玩具', en: 'Toy' },
    people: [
      { id: 'c', name: '客户', role: 'customer' },
      { id: 'e', name: '孙师傅', role: 'engineer' },
    ],
    screen: (id): Line[] => (id === 'e' ? [{ by: 'hub', text: '', card: card() }] : []),
    say: async () => {},
    press: () =>
      press(() => {
        assigneeName = '孙师傅'
        buttons = []
      }),
  }
  const said: string[] = []
  const stage: Stage = {
    ...{ desk, windows: [window], picture: Buffer.alloc(0), patienceMs: 100 },
    tell: (line) => said.push(line),
    askAtOnce: async () => {},
  }
  return { stage, said }
}

describe('a request of the story', () => {
  it('has every step with its time, and a row for each message', async () => {
    const { stage, said } = stageWith(async (accept) => {
      accept()
      return 'OK'
    })
    const outcome = await play(scene, stage)
    expect(outcome).toMatchObject({
      ...{ channel: 'toy', ticket: 'YT-1', group: '杭州组', engineer: '孙师傅', card: 'toy', missing: [] },
      messages: [{ kind: 'text', text: '灯不亮' }],
    })
    expect(Object.keys(outcome.steps)).toEqual(['ticket', 'read', 'routed', 'card', 'accepted', 'changed'])
    expect(said.filter((line) => /^ +\d+ ms {2}\S/.test(line))).toHaveLength(6)
    expect(summaryOf([outcome])).toMatchObject({
      complete: true,
      messages: [
        { channel: 'toy', text: '灯不亮', ticket: 'YT-1', engineer: '孙师傅', steps: outcome.steps },
      ],
    })
  })

  it('misses what a dead button does not do, and the story is not complete', async () => {
    const { stage } = stageWith(async () => '—')
    const outcome = await play(scene, stage)
    expect(outcome).toMatchObject({ engineer: null, missing: ['accepted', 'changed'] })
    expect(summaryOf([outcome]).complete).toBe(false)
  })

  it('misses it too when the vendor refuses the tap', async () => {
    const { stage } = stageWith(async () => {
      throw new Error('no such button')
    })
    expect((await play(scene, stage)).missing).toEqual(['accepted', 'changed'])
  })
})

describe('the summary of the story', () => {
  it('is not complete when nothing was played', () => {
    const none: Outcome[] = []
    expect(summaryOf(none)).toEqual({ complete: false, requests: [], messages: [] })
  })
})
