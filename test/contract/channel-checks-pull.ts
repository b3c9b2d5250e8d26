import { strict as assert } from 'node:assert'
import type { Check } from './channel-checks-in.ts'
import { openAccount } from './channel-world.ts'

/** Checks of channels whose vendor only announces; passed over for all others. */
export const pullChecks: readonly Check[] = [
  {
    id: 'pull',
    title:
      'pulls everything that waits, keeps its place with what it stored, and loses nothing when it is cut short',
    async run(s, world) {
      if (!s.pulled) return
      const account = await openAccount(world, s)
      const ids = ['m-1', 'm-2', 'm-3']
      const announcement = ids.map((id) => s.sign(s.text(`第 ${id} 句`, id), id, s.startMs)).at(-1)!
      const cut = account.hear(announcement, async () => {
        throw new Error('the database is gone')
      })
      await assert.rejects(cut, 'it does not notice that nothing could be stored')
      await account.hear(announcement)
      assert.equal((await account.messages()).length, ids.length, 'messages are missing')
      const verified = s.channel.verify(announcement, s.config, s.startMs)
      assert.ok(verified.ok)
      assert.deepEqual(await account.contents(verified.value), [], 'it begins anew every time')
    },
  },
]
