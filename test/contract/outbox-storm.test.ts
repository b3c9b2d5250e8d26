import { describe, expect, it } from 'vitest'
import { DeliveryError } from '../../src/contract/channel.ts'
import { sql } from '../../src/store/index.ts'
import { openDesk } from './outbox-desk.ts'

/** The same dice every time. */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

describe('many conversations, several workers, a bad vendor', () => {
  it('every message ends, each is taken once, and each conversation keeps its order', async () => {
    const d = await openDesk({ maxTextLength: 4 })
    const roll = dice(20_260_302)
    const taken: string[] = []
    d.desk.answer = async (call, key) => {
      const luck = roll()
      if (luck < 0.2) throw new DeliveryError('later', '429', 'busy', roll() < 0.5 ? 3000 : undefined)
      // The vendor keeps what it was told although its answer is lost; a repeat of the key changes nothing.
      const words = String(call.body.text)
      if (!taken.includes(`${key} ${words}`)) taken.push(`${key} ${words}`)
      if (luck < 0.35) throw new DeliveryError('unknown', 'no_answer', 'lost')
      return { providerMessageId: key }
    }
    const conversations = await Promise.all(['u1', 'u2', 'u3', 'u4'].map((sender) => d.hear(sender, '你好')))
    for (let n = 0; n < 5; n++) {
      await Promise.all(
        conversations.map((id, c) => d.say({ conversationId: id, text: `${c}:${n}.${c}:${n}!` })),
      )
      await Promise.all(['w1', 'w2', 'w3'].map((worker) => d.make(worker).drain()))
    }
    for (let round = 0; round < 400 && (await d.jobs()).length > 0; round++) {
      await Promise.all(['w1', 'w2', 'w3'].map((worker) => d.make(worker).drain()))
      d.desk.clock.advance(20_000)
    }
    expect(await d.jobs()).toEqual([])
    const ends = await sql<{ state: string; n: number }>`
      select "state", count(*)::int as n from outbox_message group by 1`.execute(d.desk.database.db)
    expect(ends.rows).toEqual([{ state: 'sent', n: 20 }])
    expect(new Set(taken.map((t) => t.split(' ')[0])).size).toBe(taken.length)
    for (const c of [0, 1, 2, 3]) {
      const own = taken.map((t) => t.split(' ')[1]!).filter((words) => words.startsWith(`${c}:`))
      const wanted = [0, 1, 2, 3, 4].flatMap((n) => [`${c}:${n}.`, `${c}:${n}!`])
      expect(own).toEqual(wanted)
    }
    await d.desk.drop()
  })
})
