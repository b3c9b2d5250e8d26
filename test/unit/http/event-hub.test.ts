import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Actor, type Role, roles } from '../../../src/contract/actor.ts'
import { eventTypes } from '../../../src/contract/events.ts'
import { audience, mayHear } from '../../../src/http/event-audience.ts'
import { type EventHub, makeEventHub, type Subscription } from '../../../src/http/event-hub.ts'
import { writeEvent } from '../../../src/http/event-stream.ts'
import { silentLog } from '../../../src/kernel/log.ts'
import type { PlacedEvent } from '../../../src/queue/index.ts'

const event = (position: number, type = 'ticket.changed'): PlacedEvent => ({
  position,
  at: new Date(0),
  type,
  subject: 'ticket',
  subjectId: `t${position}`,
  data: {},
  actor: {},
})

/** A table of events in memory; `forget` is what retention does. */
function table() {
  let rows: PlacedEvent[] = []
  let given = 0
  return {
    add: (count: number) => {
      for (let i = 0; i < count; i++) rows.push(event(++given))
    },
    forget: (below: number) => {
      rows = rows.filter((row) => row.position >= below)
    },
    after: async (position: number, limit: number) =>
      rows.filter((row) => row.position > position).slice(0, limit),
    bounds: async () => ({ oldest: rows[0]?.position ?? null, newest: given }),
    newest: async () => rows.at(-1)?.position ?? 0,
  }
}

/** A reader that takes `room` events and is then full until it is emptied. */
async function reader(hub: EventHub, cursor: number | null, room = Number.POSITIVE_INFINITY, odd = false) {
  const heard: number[] = []
  let left = room
  let reloads = 0
  const subscription: Subscription = await hub.subscribe(
    {
      visible: ({ position }) => !odd || position % 2 === 1,
      send: ({ position }) => {
        heard.push(position)
        left -= 1
        return left > 0
      },
      reload: () => {
        reloads += 1
      },
    },
    cursor,
  )
  const empty = () => {
    left = room
    subscription.ready()
  }
  return { heard, subscription, empty, reloads: () => reloads }
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 5))
const upTo = (n: number, from = 1) => Array.from({ length: Math.max(0, n - from + 1) }, (_, i) => from + i)

describe('the event hub', () => {
  it('starts a new reader now and a returning one after its cursor', async () => {
    const source = table()
    source.add(5)
    const hub = makeEventHub(source, silentLog)
    const fresh = await reader(hub, null)
    const back = await reader(hub, 2)
    source.add(2)
    hub.wake()
    await settled()
    expect(fresh.heard).toEqual([6, 7])
    expect(back.heard).toEqual([3, 4, 5, 6, 7])
    hub.close()
  })

  it('tells a reader to load everything again when its cursor is too old, or from another database', async () => {
    const source = table()
    source.add(10)
    source.forget(6)
    const hub = makeEventHub(source, silentLog)
    const tooOld = await reader(hub, 3)
    const justEnough = await reader(hub, 5)
    const foreign = await reader(hub, 99)
    source.add(1)
    hub.wake()
    await settled()
    expect([tooOld.reloads(), tooOld.heard]).toEqual([1, [11]])
    expect([justEnough.reloads(), justEnough.heard]).toEqual([0, [6, 7, 8, 9, 10, 11]])
    expect([foreign.reloads(), foreign.heard]).toEqual([1, [11]])
    hub.close()
  })

  it('waits for a slow reader without holding the others up, and misses nothing for it', async () => {
    const source = table()
    const hub = makeEventHub(source, silentLog)
    const slow = await reader(hub, 0, 3)
    const quick = await reader(hub, 0)
    source.add(5000)
    hub.wake()
    await settled()
    expect(quick.heard).toEqual(upTo(5000))
    expect(slow.heard).toEqual([1, 2, 3])
    for (let i = 0; i < 2000; i++) {
      slow.empty()
      await null
      if (slow.heard.length === 5000) break
    }
    await settled()
    while (slow.heard.length < 5000) {
      slow.empty()
      await settled()
    }
    expect(slow.heard).toEqual(upTo(5000))
    hub.close()
  })

  it('stays right when a read that began for readers who left ends after new ones came', async () => {
    const source = table()
    let release: () => void = () => {}
    let held = false
    const slow = {
      ...source,
      after: async (position: number, limit: number) => {
        const found = await source.after(position, limit)
        if (held) {
          held = false
          await new Promise<void>((resolve) => {
            release = resolve
          })
        }
        return found
      },
    }
    const hub = makeEventHub(slow, silentLog)
    const gone = await reader(hub, null)
    await settled()
    held = true
    source.add(3)
    hub.wake()
    await settled()
    gone.subscription.end()
    source.add(3)
    const fresh = await reader(hub, null)
    const back = await reader(hub, 1)
    release()
    source.add(2)
    hub.wake()
    await settled()
    expect([gone.heard, fresh.heard, back.heard]).toEqual([[], [7, 8], upTo(8, 2)])
    hub.close()
  })

  it('moves the cursor over what a reader may not see', async () => {
    const source = table()
    const hub = makeEventHub(source, silentLog)
    const some = await reader(hub, null, Number.POSITIVE_INFINITY, true)
    source.add(4)
    hub.wake()
    await settled()
    expect([some.heard, some.subscription.cursor()]).toEqual([[1, 3], 4])
    hub.close()
  })

  it('gives every reader exactly what comes after its cursor, whenever it comes and goes', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('add' as const), count: fc.integer({ min: 1, max: 700 }) }),
      fc.record({ kind: fc.constant('join' as const), back: fc.integer({ min: 0, max: 30 }) }),
      fc.record({ kind: fc.constant('leave' as const) }),
      fc.record({ kind: fc.constant('pause' as const) }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
        const source = table()
        const hub = makeEventHub(source, silentLog)
        const open: { from: number; heard: number[]; end: () => void }[] = []
        for (const next of steps) {
          if (next.kind === 'add') {
            source.add(next.count)
            hub.wake()
          } else if (next.kind === 'join') {
            const from = Math.max(0, (await source.newest()) - next.back)
            const { heard, subscription } = await reader(hub, from)
            open.push({ from, heard, end: subscription.end })
          } else if (next.kind === 'leave') {
            const gone = open.pop()
            gone?.end()
            if (gone) expect(gone.heard).toEqual(upTo(gone.heard.length + gone.from, gone.from + 1))
          } else await null
        }
        hub.wake()
        await settled()
        const newest = await source.newest()
        for (const { from, heard } of open) expect(heard).toEqual(upTo(newest, from + 1))
        hub.close()
      }),
      { numRuns: 60 },
    )
  })
})

const person = (role: Role, staffId: string | null = null): Actor => ({
  kind: 'user',
  id: 'u',
  name: 'x',
  roles: [role],
  staffId,
})

describe('who hears of what', () => {
  it('has a rule for every kind of event', () => {
    const topics = new Set(eventTypes.map((type) => type.split('.', 1)[0]!))
    expect([...topics].filter((topic) => !audience[topic])).toEqual([])
  })

  it('keeps the works of the hub from those who serve customers', () => {
    const dead = { type: 'envelope.dead', data: {} }
    expect(roles.filter((role) => mayHear(person(role), dead))).toEqual(['admin', 'supervisor', 'auditor'])
    expect(mayHear(person('agent'), { type: 'something.new', data: {} })).toBe(false)
  })

  it('tells an engineer only of tickets that come to them or leave them', () => {
    const told = (data: object) => mayHear(person('engineer', 's1'), { type: 'ticket.assigned', data })
    expect(told({ assigneeId: 's1' })).toBe(true)
    expect(told({ assigneeId: 's2', fromAssigneeId: 's1' })).toBe(true)
    expect(told({ assigneeId: 's2' })).toBe(false)
    expect(mayHear(person('engineer'), { type: 'ticket.assigned', data: { assigneeId: null } })).toBe(false)
  })

  it('tells a token only with the scope', () => {
    const token = (scopes: string[]): Actor => ({
      kind: 'token',
      id: 't',
      name: 'x',
      scopes,
      accountId: null,
    })
    const changed = { type: 'ticket.changed', data: {} }
    expect(mayHear(token(['events:read']), changed)).toBe(true)
    expect(mayHear(token(['tickets:read']), changed)).toBe(false)
  })

  it('never says who did it, and cannot be broken out of by what an event holds', () => {
    const text = writeEvent({
      ...event(7),
      subjectId: 'a\n\nevent: reload\ndata: {}',
      actor: { name: '王敏' },
    })
    expect(text).not.toContain('王敏')
    expect(text.split('\n')).toHaveLength(4)
    expect(text.startsWith('id: 7\ndata: {"position":7,')).toBe(true)
  })
})
