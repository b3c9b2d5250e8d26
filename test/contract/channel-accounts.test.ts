import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { apiChannel } from '../../channels/api/index.ts'
import { makeRegistry } from '../../src/app/channels.ts'
import type { Channel } from '../../src/contract/channel.ts'
import { derivedId } from '../../src/kernel/ids.ts'
import { json } from '../../src/store/index.ts'
import { type FreshDatabase, freshDatabase } from '../fresh-database.ts'

let fresh: FreshDatabase
beforeAll(async () => {
  fresh = await freshDatabase()
})
afterAll(() => fresh.drop())

async function addAccount(name: string): Promise<string> {
  const id = derivedId('account', name)
  await fresh.database.db
    .insertInto('channel_account')
    .values({ id, kind: 'api', name, config: json({}) })
    .execute()
  return id
}

describe('the channel accounts in memory', () => {
  it('keep an account that was added while an older reading was still under way', async () => {
    const first = await addAccount('first')
    let slow: (() => void) | undefined
    let readings = 0
    const registry = makeRegistry({
      database: fresh.database,
      loaders: { api: async () => apiChannel as Channel },
      openSecrets: async () => ({}),
      unusable: () => {},
      // The first reading has its rows and hangs on something else; it ends after the second one began.
      extra: async () => {
        if (readings++ === 0) await new Promise<void>((resolve) => (slow = resolve))
        return {}
      },
    })
    const older = registry.refresh()
    await expect.poll(() => slow).toBeDefined()
    const second = await addAccount('second')
    const newer = registry.refresh()
    setTimeout(() => slow!(), 50)
    await Promise.all([older, newer])
    expect(registry.all().map((account) => account.id)).toEqual(expect.arrayContaining([first, second]))
  })
})
