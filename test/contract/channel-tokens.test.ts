import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeLeases } from '../../src/app/io/lease.ts'
import { makeTokens } from '../../src/app/io/tokens.ts'
import { manualClock } from '../../src/kernel/clock.ts'
import { secretBox } from '../../src/store/index.ts'
import { type FreshDatabase, freshDatabase } from '../fresh-database.ts'

let fresh: FreshDatabase
const box = secretBox([randomBytes(32)])
const clock = manualClock(Date.parse('2026-03-02T09:00:00+08:00'))
const hour = 3_600_000

beforeAll(async () => {
  fresh = await freshDatabase()
})
afterAll(() => fresh.drop())

/** A node of its own: nothing in memory. */
function node(name: string, key = box) {
  return makeTokens({ database: fresh.database, box: key, leases: makeLeases(fresh.database, name), clock })
}

/** A vendor that counts how often it is asked, and takes its time. */
function vendor() {
  let asked = 0
  return {
    asked: () => asked,
    fetch: async () => {
      const value = `token-${++asked}`
      await new Promise((resolve) => setTimeout(resolve, 50))
      return { value, lifeMs: 2 * hour }
    },
  }
}

describe('the token of a vendor', () => {
  it('is fetched once for all who ask at the same time on all nodes', async () => {
    const { asked, fetch } = vendor()
    const nodes = ['a', 'b', 'c'].map((name) => node(name)('one'))
    const values = await Promise.all(Array.from({ length: 30 }, (_, i) => nodes[i % 3]!.get('access', fetch)))
    expect(new Set(values)).toEqual(new Set(['token-1']))
    expect(asked()).toBe(1)
  })

  it('is fetched once when it was refused, however many were refused with it', async () => {
    const { asked, fetch } = vendor()
    const nodes = ['a', 'b'].map((name) => node(name)('two'))
    const first = await nodes[0]!.get('access', fetch)
    const after = await Promise.all(
      Array.from({ length: 20 }, (_, i) => nodes[i % 2]!.get('access', fetch, first)),
    )
    expect(new Set(after)).toEqual(new Set(['token-2']))
    expect(asked()).toBe(2)
  })

  it('is replaced shortly before its end, and not before', async () => {
    const { fetch } = vendor()
    const tokens = node('a')('three')
    expect(await tokens.get('access', fetch)).toBe('token-1')
    clock.advance(2 * hour - 5 * 60_000 - 1)
    expect(await tokens.get('access', fetch)).toBe('token-1')
    clock.advance(1)
    expect(await tokens.get('access', fetch)).toBe('token-2')
  })

  it('belongs to its account and its name', async () => {
    const { fetch } = vendor()
    const tokens = node('a')
    const values = [
      await tokens('four').get('access', fetch),
      await tokens('five').get('access', fetch),
      await tokens('four').get('ticket', fetch),
    ]
    expect(values).toEqual(['token-1', 'token-2', 'token-3'])
  })

  it('passes a failed fetch on to all who waited for it, and lets the next one try', async () => {
    const { fetch } = vendor()
    const tokens = node('a')('six')
    const failing = () => Promise.reject(new Error('the vendor is down'))
    await expect(tokens.get('access', failing)).rejects.toThrow('the vendor is down')
    expect(await tokens.get('access', fetch)).toBe('token-1')
  })

  it('is stored encrypted, and fetched anew where the key is another one', async () => {
    const { asked, fetch } = vendor()
    await node('a')('seven').get('access', fetch)
    const [row] = await fresh.database.query<{ sealed: string }>(
      `select sealed from channel_token where id = 'seven:access'`,
    )
    expect(row!.sealed).not.toContain('token-1')
    expect(await node('b', secretBox([randomBytes(32)]))('seven').get('access', fetch)).toBe('token-2')
    expect(asked()).toBe(2)
  })
})
