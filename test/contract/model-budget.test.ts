import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { modelBudget } from '../../src/app/model-budget.ts'
import { sql } from '../../src/store/index.ts'
import { type FreshDatabase, freshDatabase } from '../fresh-database.ts'

const zone = 'Asia/Shanghai'
const limits = {
  tokensPerDay: 1_000,
  tokensPerConversation: 300,
  price: { input: 2, output: 8 },
  costPerDay: null as number | null,
  costPerConversation: null as number | null,
  msPerDay: null as number | null,
  msPerConversation: 60_000,
}
const hour = 3_600_000

let fresh: FreshDatabase
let nowMs: number

beforeAll(async () => {
  fresh = await freshDatabase({ poolSize: 8 })
})
afterAll(() => fresh.drop())
beforeEach(async () => {
  nowMs = Date.parse('2026-11-27T23:00:00+08:00')
  await sql`delete from model_usage`.execute(fresh.database.db)
})

const node = (changed: Partial<typeof limits> = {}) =>
  modelBudget(fresh.database, { ...limits, ...changed }, () => nowMs, zone)
const asked = { input: 50, output: 50 }

describe('the budget of a language model', () => {
  it('ends for one conversation and goes on for another, until the next day of the business', async () => {
    const budget = node()
    await budget.record('c1', { input: 150, output: 60, ms: 0 })
    expect(await budget.allows('c1', asked)).toBe(false)
    expect(await budget.allows('c2', asked)).toBe(true)
    expect(await budget.allows(null, asked)).toBe(true)
    nowMs += 2 * hour
    expect(await budget.allows('c1', asked)).toBe(true)
  })

  it('is one for all nodes, and for what they spend at the same moment', async () => {
    const [one, two] = [node(), node()]
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        (i % 2 ? one : two).record(`c${i}`, { input: 40, output: 6, ms: 0 }),
      ),
    )
    expect(await one.allows('new', asked)).toBe(false)
    expect(await two.allows('new', { input: 40, output: 40 })).toBe(true)
    expect(await node({ tokensPerDay: 2_000 }).allows('new', asked)).toBe(true)
  })

  it('counts money by the prices of question and answer', async () => {
    const budget = node({ tokensPerDay: 10_000_000, tokensPerConversation: 10_000_000, costPerDay: 1 })
    await budget.record('c1', { input: 300_000, output: 40_000, ms: 0 })
    expect(await budget.allows('c1', { input: 30_000, output: 2_500 })).toBe(true)
    expect(await budget.allows('c1', { input: 30_000, output: 2_501 })).toBe(false)
  })

  it('counts the money of one conversation apart', async () => {
    const budget = node({
      tokensPerDay: 10_000_000,
      tokensPerConversation: 10_000_000,
      costPerConversation: 1,
    })
    await budget.record('c1', { input: 300_000, output: 40_000, ms: 0 })
    expect(await budget.allows('c1', { input: 30_000, output: 2_501 })).toBe(false)
    expect(await budget.allows('c2', { input: 30_000, output: 2_501 })).toBe(true)
  })

  it('ends when the model was waited for long enough, for one conversation and for the day', async () => {
    const budget = node({ msPerConversation: 30_000, msPerDay: 50_000 })
    const took = { input: 1, output: 1, ms: 29_999 }
    await budget.record('c1', took)
    expect(await budget.allows('c1', asked)).toBe(true)
    await budget.record('c1', { ...took, ms: 1 })
    expect(await budget.allows('c1', asked)).toBe(false)
    expect(await budget.allows('c2', asked)).toBe(true)
    await budget.record('c2', { ...took, ms: 20_000 })
    expect(await budget.allows('c3', asked)).toBe(false)
  })

  it('keeps five weeks of days, and no more', async () => {
    const budget = node()
    await budget.record('c1', { ...asked, ms: 5 })
    nowMs += 36 * 24 * hour
    await budget.record('c1', { ...asked, ms: 5 })
    const rows = await sql<{
      day: string
      key: string
    }>`select "day", "key" from model_usage order by 1, 2`.execute(fresh.database.db)
    expect(rows.rows).toEqual([
      { day: '2027-01-02', key: '' },
      { day: '2027-01-02', key: 'c1' },
    ])
  })
})
