import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type ChainedEvent,
  chain,
  emptyChain,
  erase,
  type NewEntry,
  verifyChain,
} from '../../../src/tickets/timeline.ts'

const entry = fc.record({
  type: fc.constantFrom('opened', 'assigned', 'commented'),
  atMs: fc.integer({ min: 0 }),
  actor: fc.record({ kind: fc.constant('user'), id: fc.uuid() }),
  payload: fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value))),
  salt: fc.stringMatching(/^[0-9a-f]{32}$/),
})
function build(ticketId: string, entries: readonly Omit<NewEntry, 'ticketId'>[]): ChainedEvent[] {
  const made: ChainedEvent[] = []
  for (const each of entries) made.push(chain(made.at(-1) ?? emptyChain, { ticketId, ...each }))
  return made
}
const timeline = fc.array(entry, { minLength: 1, maxLength: 8 }).map((entries) => build('T-1', entries))
const headOf = (events: ChainedEvent[]) => ({ seq: events.length, digest: events.at(-1)!.digest })

describe('the chain of a timeline', () => {
  it('holds as it was made, also after a trip through the store', () => {
    fc.assert(
      fc.property(timeline, (events) => {
        const stored = JSON.parse(JSON.stringify(events))
        expect(verifyChain(stored, headOf(events))).toEqual({ ok: true, value: headOf(events) })
      }),
    )
  })

  it('still holds when any of its entries were erased, and says nothing of them any more', () => {
    fc.assert(
      fc.property(timeline, fc.infiniteStream(fc.boolean()), (events, choice) => {
        const erased = events.map((event) => (choice.next().value ? erase(erase(event)) : event))
        expect(verifyChain(erased, headOf(events)).ok).toBe(true)
      }),
    )
    const event = chain(emptyChain, {
      ticketId: 'T',
      type: 'x',
      atMs: 1,
      actor: null,
      payload: '13800000000',
      salt: 'ab',
    })
    expect(JSON.stringify(erase(event))).not.toContain('13800000000')
  })

  it('names the first entry in which anything at all was changed', () => {
    const changes: ((event: ChainedEvent) => ChainedEvent)[] = [
      (e) => ({ ...e, type: `${e.type}!` }),
      (e) => ({ ...e, atMs: e.atMs + 1 }),
      (e) => ({ ...e, actor: 'somebody' }),
      (e) => ({ ...e, payload: [e.payload] }),
      (e) => ({ ...e, salt: `${e.salt}0` }),
      (e) => ({ ...e, payloadDigest: 'x' }),
      (e) => ({ ...e, digest: 'x' }),
      (e) => ({ ...erase(e), payload: 'new words' }),
    ]
    fc.assert(
      fc.property(timeline, fc.nat(), fc.constantFrom(...changes), (events, n, change) => {
        const at = n % events.length
        const forged = events.map((event, i) => (i === at ? change(event) : event))
        const verified = verifyChain(forged)
        expect(verified).toMatchObject({ ok: false, refusal: { seq: at + 1 } })
      }),
    )
  })

  it('notices a removed entry, swapped entries, another ticket’s entry and a cut end', () => {
    const make = (ticketId: string) =>
      build(
        ticketId,
        ['a', 'b', 'c'].map((type) => ({ type, atMs: 5, actor: null, payload: { type }, salt: '00' })),
      )
    const [a, b, c] = make('T-1') as [ChainedEvent, ChainedEvent, ChainedEvent]
    const broken = (events: ChainedEvent[], head?: { seq: number; digest: string }) => {
      const verified = verifyChain(events, head)
      return verified.ok ? null : verified.refusal
    }
    expect(broken([a, c])).toEqual({ seq: 2, reason: 'gap' })
    expect(broken([b, c])).toEqual({ seq: 1, reason: 'gap' })
    expect(broken([a, { ...c, seq: 2 }])).toEqual({ seq: 2, reason: 'digest' })
    expect(broken([a, make('T-2')[1]!])).toEqual({ seq: 2, reason: 'ticket' })
    expect(broken([a, b])).toBeNull()
    expect(broken([a, b], headOf([a, b, c]))).toEqual({ seq: 3, reason: 'cut' })
    expect(broken([], headOf([a]))).toEqual({ seq: 1, reason: 'cut' })
  })
})
