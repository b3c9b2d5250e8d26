import { afterAll, beforeAll, describe, it } from 'vitest'
import { cardChecks } from './channel-checks-cards.ts'
import { type Check, incomingChecks } from './channel-checks-in.ts'
import { outgoingChecks } from './channel-checks-out.ts'
import { pullChecks } from './channel-checks-pull.ts'
import type { ChannelSubject } from './channel-subject.ts'
import { openWorld, type World } from './channel-world.ts'

/** Every property of the channel contract, one check each. */
export const channelChecks: readonly Check[] = [
  ...incomingChecks,
  ...pullChecks,
  ...outgoingChecks,
  ...cardChecks,
]

/**
 * The contract that every channel keeps: call it in the channel's own test file. `makeSubject` is called for each check, so that
 * no check sees what another one left behind.
 */
export function channelContract<C>(name: string, makeSubject: () => Promise<ChannelSubject<C>>): void {
  describe(`the channel ${name} keeps the contract: it`, () => {
    let world: World
    beforeAll(async () => {
      world = await openWorld()
    })
    afterAll(() => world.close())
    for (const check of channelChecks) {
      it(check.title, async () => {
        const subject = (await makeSubject()) as unknown as ChannelSubject
        await check.run(subject, world).finally(() => subject.close?.())
      })
    }
  })
}
