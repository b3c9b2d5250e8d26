import type { Channel } from '../contract/channel.ts'
import { noEffects } from '../contract/jobs.ts'
import type { ChannelIo, FetchError } from '../contract/ports.ts'
import type { JsonObject } from '../kernel/json.ts'
import { type Result, refuse } from '../kernel/result.ts'
import { defineHandler, type JobHandler, RetryLater, type StepContext } from '../queue/index.ts'
import { nextTry, type Patience } from './patience.ts'

/** A channel account, as fetching needs it. */
interface FetchingAccount {
  readonly id: string
  readonly kind: string
  readonly channel: Channel
  readonly config: unknown
}

/** A fetched file, or why it was refused. */
export type FetchedFile = Result<{
  readonly hash: string
  readonly size: number
  readonly contentType: string
}>

/** What fetching an attachment needs from app. */
export interface FetchPorts {
  /** The account in memory; undefined when it is gone or its settings are unusable. */
  account(accountId: string): FetchingAccount | undefined
  io(account: FetchingAccount, signal: AbortSignal): ChannelIo<unknown>
  /** What became of a file then; replay asks this instead of the vendor. Null when it was still waited for. */
  readonly recorded?: (attachmentId: string) => Promise<FetchedFile | null>
}

interface Fetched {
  readonly attachmentId: string
  readonly messageId: string
  readonly conversationId: string
  readonly messageKind: string
  readonly stored: FetchedFile
}

interface Pending {
  readonly ref: unknown
  readonly patience: unknown
  readonly accountId: string
}

/** Refusals that trying again does not change. */
const final = new Set(['fetch.private_address', 'media.type_refused', 'media.too_large'])

/**
 * Fetches a file that came as a reference: `attachment.fetch`. What may not be fetched or kept is shown as refused with the
 * reason; what fails for another reason is tried again, and what may not be there yet only as long as its patience lasts.
 */
export function makeFetchHandler(ports: FetchPorts): JobHandler {
  return defineHandler<'attachment.fetch', undefined, Fetched | null>({
    kind: 'attachment.fetch',
    async prepare(job, ctx) {
      const { attachmentId } = job.payload
      const row = await ctx.db
        .selectFrom('attachment as a')
        .innerJoin('message as m', 'm.id', 'a.messageId')
        .select([
          'a.state',
          'a.ref',
          'a.patience',
          'a.messageId',
          'm.accountId',
          'm.conversationId',
          'm.kind',
        ])
        .where('a.id', '=', attachmentId)
        .executeTakeFirst()
      if (row?.state !== 'pending') return null
      const stored = ports.recorded ? await ports.recorded(attachmentId) : await fetchFile(ports, row, ctx)
      const { messageId, conversationId, kind } = row
      return stored && { attachmentId, messageId, conversationId, messageKind: kind, stored }
    },
    async commit(tx, fetched) {
      if (!fetched) return noEffects
      const { attachmentId, messageId, conversationId, messageKind, stored } = fetched
      const changed = stored.ok
        ? { state: 'stored', ...stored.value, reason: null }
        : { state: 'refused', reason: stored.refusal.code }
      await tx
        .updateTable('attachment')
        .set(changed)
        .where('id', '=', attachmentId)
        .where('state', '=', 'pending')
        .execute()
      const data = { attachmentId, state: changed.state, conversationId, messageKind }
      return {
        events: [{ type: 'attachment.stored', subject: 'message', subjectId: messageId, data }],
        jobs: [],
      }
    },
  })
}

async function fetchFile(ports: FetchPorts, row: Pending, ctx: StepContext): Promise<FetchedFile> {
  const patience = row.patience as Patience | null
  try {
    const account = ports.account(row.accountId)
    if (!account?.channel.fetchAttachment) throw new Error('the channel account cannot fetch files now')
    const io = ports.io(account, ctx.signal)
    const file = await account.channel.fetchAttachment(row.ref as JsonObject, io)
    const stored = await io.media.put(file.content, { declaredType: file.contentType, ...file.limits })
    if (!stored.ok && !final.has(stored.refusal.code)) throw new Error(stored.refusal.code)
    return stored
  } catch (error) {
    const refusal = (error as Partial<FetchError>).refusal
    if (refusal && final.has(refusal.code)) return { ok: false, refusal }
    if (!patience) throw error
    const waitMs = nextTry(patience, ctx.nowMs)
    if (waitMs === null)
      return refusal ? { ok: false, refusal } : refuse('fetch.failed', { reason: why(error) })
    throw new RetryLater(why(error), waitMs, true)
  }
}

/** In one line why it failed, with what lies behind it. */
function why(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message
}
