import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openToyHub, type ToyHub } from '../toy-hub.ts'

let toy: ToyHub
let boxes = 0
beforeAll(async () => {
  toy = await openToyHub()
})
afterEach(() => toy.query('truncate envelope, message, conversation, job cascade'))
afterAll(() => toy.close())

const hint = (box: string, id: string) => toy.deliver({ id, type: 'hint', from: 'vendor', box })
const letter = (id: string) => ({ id, type: 'text', from: `s-${id}`, text: `信 ${id}` })
const texts = async () =>
  (await toy.query<{ text: string }>('select "text" from message order by "seq"')).map(({ text }) => text)
const pulls = () =>
  toy.query<{
    state: string
    payload: { hint: { last: string } }
    attempts: number
    lastError: string | null
  }>(
    `select "state", "payload", "attempts", "lastError" from job where "kind" = 'channel.pull' order by "createdAt"`,
  )
const box = () => `box-${boxes++}`

describe('a pull hint', () => {
  it('fetches everything behind the cursor, page by page, and later hints fetch only what is new', async () => {
    const name = box()
    for (const i of [1, 2, 3, 4, 5]) toy.vendor.post(name, letter(`a${i}`))
    await hint(name, 'h1')
    await toy.test.hub.settle()
    expect(await texts()).toEqual(['信 a1', '信 a2', '信 a3', '信 a4', '信 a5'])
    toy.vendor.post(name, letter('a6'))
    await hint(name, 'h2')
    await toy.test.hub.settle()
    expect((await texts()).at(-1)).toBe('信 a6')
    expect(await texts()).toHaveLength(6)
  })

  it('that comes again while the first still waits is one pull, with the data of the newest', async () => {
    const name = box()
    await hint(name, 'h3')
    await toy.test.hub.append()
    await hint(name, 'h4')
    await toy.test.hub.append()
    await hint(name, 'h5')
    await hint(name, 'h6')
    await toy.test.hub.append()
    expect((await pulls()).map(({ payload }) => payload.hint.last)).toEqual(['h6'])
    await hint(box(), 'h7')
    await toy.test.hub.append()
    expect(await pulls()).toHaveLength(2)
    await toy.test.hub.settle()
    expect(await pulls()).toEqual([])
  })

  it('is tried again when the vendor is busy, as long as it says, or has an error', async () => {
    const name = box()
    toy.vendor.post(name, letter('b1'))
    toy.vendor.mood('busy')
    await hint(name, 'h8')
    await toy.test.hub.settle()
    expect(await pulls()).toMatchObject([
      { state: 'ready', attempts: 1, lastError: expect.stringContaining('45009') },
    ])
    toy.clock.advance(6999)
    await toy.test.hub.settle()
    expect(await texts()).toEqual([])
    toy.clock.advance(1)
    toy.vendor.mood('broken')
    await toy.test.hub.settle()
    expect(await pulls()).toMatchObject([{ state: 'ready', attempts: 2 }])
    toy.clock.advance(10_000)
    await toy.test.hub.settle()
    expect(await texts()).toEqual(['信 b1'])
  })

  it('that is refused for good is put aside as dead, shown on the health page, and can be run again', async () => {
    const name = box()
    toy.vendor.post(name, letter('c1'))
    toy.vendor.mood('refusing')
    await hint(name, 'h9')
    await toy.test.hub.settle()
    const dead = (await toy.test.ask('inbox.dead', {})) as {
      jobs: { id: string; kind: string; error: string }[]
    }
    expect(dead.jobs).toMatchObject([{ kind: 'channel.pull', error: expect.stringContaining('40003') }])
    await toy.test.run('inbox.rerunJobs', { ids: [dead.jobs[0]!.id] })
    await toy.test.hub.settle()
    expect(await texts()).toEqual(['信 c1'])
  })

  it('waits while its account is switched off, and is not lost', async () => {
    const name = box()
    toy.vendor.post(name, letter('d1'))
    await hint(name, 'h10')
    await toy.test.hub.append()
    await toy.query(`update channel_account set "enabled" = false, "version" = "version" + 1`)
    await toy.test.hub.settle()
    expect(await texts()).toEqual([])
    await toy.query(`update channel_account set "enabled" = true, "version" = "version" + 1`)
    toy.clock.advance(60_000)
    await toy.test.hub.settle()
    expect(await texts()).toEqual(['信 d1'])
  })

  it('is worked on by one node at a time for each pull key', async () => {
    const name = box()
    for (let i = 0; i < 7; i++) toy.vendor.post(name, letter(`e${i}`))
    const other = await toy.another()
    await other.hub.registry.refresh()
    await hint(name, 'h11')
    await toy.test.hub.append()
    await Promise.all([toy.test.hub.settle(), other.hub.settle(), hint(name, 'h12')])
    // Each hint beside the pull of the one before.
    for (const id of ['h13', 'h14', 'h15']) {
      await Promise.all([toy.test.hub.settle(), other.hub.settle(), hint(name, id)])
    }
    await Promise.all([toy.test.hub.settle(), other.hub.settle()])
    expect(await texts()).toHaveLength(7)
    expect(toy.vendor.mostReaders()).toBe(1)
    await other.close()
  })
})
