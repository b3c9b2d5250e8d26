import { type Channel, DeliveryError } from '../contract/channel.ts'
import { type NewJob, noEffects } from '../contract/jobs.ts'
import { type ChannelIo, FetchError } from '../contract/ports.ts'
import { defineHandler, type JobHandler, RetryLater } from '../queue/index.ts'

/** A channel account, as asking for names needs it. */
interface NamingAccount {
  readonly id: string
  readonly kind: string
  readonly channel: Channel
  readonly config: unknown
}

/** What asking for names needs from app. */
export interface NamePorts {
  /** The account in memory; undefined when it is gone or its settings are unusable. */
  account(accountId: string): NamingAccount | undefined
  io(account: NamingAccount, signal: AbortSignal): ChannelIo<unknown>
}

interface Named {
  readonly identityId: string
  readonly contactId: string
  readonly externalId: string
  readonly name: string
}

/** How often a vendor that does not answer is asked for one name. */
const tries = 4
const usualWaitMs = 30_000
/** A person without a name is asked for again when they write after this, ms: somebody may have granted the permission. */
export const askAgainMs = 24 * 3_600_000

/** The job that asks for the name of a sender. */
export function nameJob(identityId: string): NewJob {
  return { kind: 'identity.name', payload: { identityId }, uniqueKey: identityId }
}

/**
 * Asks a vendor for the name of somebody whose messages do not carry one: `identity.name`. Messages never wait for it; without
 * permission the name stays unknown.
 */
export function makeNameHandler(ports: NamePorts): JobHandler {
  return defineHandler<'identity.name', undefined, Named | null>({
    kind: 'identity.name',
    async prepare(job, ctx) {
      const row = await ctx.db
        .selectFrom('channel_identity')
        .select(['id', 'accountId', 'contactId', 'externalId', 'displayName'])
        .where('id', '=', job.payload.identityId)
        .executeTakeFirst()
      const account = row && ports.account(row.accountId)
      if (!row || row.displayName !== null || !account?.channel.nameOf) return null
      try {
        const name = await account.channel.nameOf(row.externalId, ports.io(account, ctx.signal))
        const { id: identityId, contactId, externalId } = row
        return name === null ? null : { identityId, contactId, externalId, name: name.slice(0, 200) }
      } catch (error) {
        const passes = error instanceof DeliveryError ? error.retry !== 'never' : error instanceof FetchError
        if (passes && job.attempts < tries) {
          const waitMs = error instanceof DeliveryError ? error.waitMs : undefined
          throw new RetryLater(String(error), waitMs ?? usualWaitMs)
        }
        ctx.log.info({ reason: String(error), account: account.id }, 'a name could not be asked for')
        return null
      }
    },
    async commit(tx, named) {
      if (!named) return noEffects
      const { identityId, contactId, externalId, name } = named
      const changed = await tx
        .updateTable('channel_identity')
        .set({ displayName: name })
        .where('id', '=', identityId)
        // Erased meanwhile, it is somebody else's row.
        .where('externalId', '=', externalId)
        .where('displayName', 'is', null)
        .executeTakeFirst()
      if (changed.numUpdatedRows === 0n) return noEffects
      await tx
        .updateTable('contact')
        .set({ name })
        .where('id', '=', contactId)
        .where('name', 'is', null)
        .execute()
      return {
        events: [{ type: 'contact.changed', subject: 'contact', subjectId: contactId, data: {} }],
        jobs: [],
      }
    },
  })
}
