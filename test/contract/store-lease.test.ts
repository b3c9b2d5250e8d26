import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeLeader } from '../../src/app/io/leader.ts'
import { fence, makeLeases } from '../../src/app/io/lease.ts'
import type { LeasePort } from '../../src/contract/ports.ts'
import { silentLog } from '../../src/kernel/log.ts'
import { type FreshDatabase, freshDatabase } from '../fresh-database.ts'

let fresh: FreshDatabase
let a: LeasePort
let b: LeasePort

beforeAll(async () => {
  fresh = await freshDatabase()
  a = makeLeases(fresh.database, 'node-a')
  b = makeLeases(fresh.database, 'node-b')
})
afterAll(() => fresh.drop())

const expire = (name: string) =>
  fresh.database.query(`update lease set "expiresAt" = now() - interval '1 second' where name = $1`, [name])
const fenced = (name: string, token: bigint) => fresh.database.transaction((tx) => fence(tx, name, token))

describe('a lease', () => {
  it('is given to exactly one of many who ask at once', async () => {
    const got = await Promise.all(
      Array.from({ length: 20 }, (_, i) => (i % 2 ? a : b).acquire('many', 60_000)),
    )
    expect(got.filter((lease) => lease !== null)).toHaveLength(1)
  })

  it('passes on when it is released, with a larger token', async () => {
    const first = await a.acquire('passing', 60_000)
    expect(await b.acquire('passing', 60_000)).toBeNull()
    await first!.release()
    const second = await b.acquire('passing', 60_000)
    expect(second!.token).toBeGreaterThan(first!.token)
    expect(await first!.renew(60_000)).toBe(false)
    expect(await second!.renew(60_000)).toBe(true)
  })

  it('keeps a holder who slept past its end from writing', async () => {
    const slow = await a.acquire('fenced', 60_000)
    expect(await fenced('fenced', slow!.token)).toBe(true)
    await expire('fenced')
    expect(await fenced('fenced', slow!.token)).toBe(false)
    const next = await b.acquire('fenced', 60_000)
    expect(await slow!.renew(60_000)).toBe(false)
    expect(await fenced('fenced', slow!.token)).toBe(false)
    expect(await fenced('fenced', next!.token)).toBe(true)
    await slow!.release()
    expect(await fenced('fenced', next!.token)).toBe(true)
  })
})

describe('a leader', () => {
  it('is one at a time, and is followed by the other node when it stops', async () => {
    let leading = 0
    let most = 0
    const order: string[] = []
    const wake: (() => void)[] = []
    const run = (node: string, leases: LeasePort) =>
      makeLeader({ leases, log: silentLog, ttlMs: 60_000, retryMs: 20 })('leader', async (signal) => {
        most = Math.max(most, ++leading)
        order.push(node)
        for (const go of wake.splice(0)) go()
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
        leading--
      })
    const led = async (count: number) => {
      while (order.length < count) await new Promise<void>((resolve) => wake.push(resolve))
    }
    const nodes: Record<string, { stop(): Promise<void> }> = { a: run('a', a), b: run('b', b) }
    await led(1)
    const first = order[0]!
    await nodes[first]!.stop()
    await led(2)
    expect(new Set(order)).toEqual(new Set(['a', 'b']))
    expect(most).toBe(1)
    await nodes[order[1]!]!.stop()
  })

  it('is told when its lease was taken from it', async () => {
    let reason: unknown
    const told = new Promise<void>((resolve) => {
      const leader = makeLeader({ leases: a, log: silentLog, ttlMs: 300, retryMs: 60_000 })(
        'taken',
        async (signal) => {
          await fresh.database.query(
            `update lease set token = token + 1, holder = 'thief' where name = 'taken'`,
          )
          await new Promise<void>((aborted) => signal.addEventListener('abort', () => aborted()))
          reason = signal.reason
          void leader.stop().then(resolve)
        },
      )
    })
    await told
    expect(String(reason)).toContain('lost')
  })
})
