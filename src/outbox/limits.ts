import { unauthenticatedPrefix } from '../contract/message.ts'
import { ok, type Result, refuse } from '../kernel/result.ts'
import { sql, type Tx } from '../store/index.ts'
import type { OutboxSettings } from './settings.ts'

const hourMs = 3_600_000

/**
 * Whether the hub may speak by itself here: not where an administrator switched it off, not to a machine or a forged address, and
 * not more often than the guard against loops allows. Refuses with `outbox.automatic_suppressed` and the reason.
 */
export async function mayAnswerAutomatically(
  tx: Tx,
  conversation: {
    readonly id: string
    readonly accountId: string
    readonly identityId: string
    readonly externalId: string
  },
  settings: OutboxSettings,
  nowMs: number,
): Promise<Result<null>> {
  if (settings.silentAccounts.includes(conversation.accountId)) return suppressed('switched off')
  if (conversation.externalId.startsWith(unauthenticatedPrefix)) return suppressed('the address is forged')
  const newestOne = tx
    .selectFrom('message')
    .select('automatic')
    .where('conversationId', '=', conversation.id)
    .where('direction', '=', 'in')
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  const sentNow = sql<{ n: number }>`
    select count(*)::int as n from outbox_message o join conversation c on c."id" = o."conversationId"
    where o."automatic" and c."identityId" = ${conversation.identityId} and o."state" <> 'cancelled'
      and o."createdAt" > ${new Date(nowMs - hourMs)}`.execute(tx)
  const [newest, sent] = await Promise.all([newestOne, sentNow])
  if (newest?.automatic) return suppressed(`answers ${newest.automatic}`)
  if ((sent.rows[0]?.n ?? 0) >= settings.automaticPerHour) return suppressed('too many within an hour')
  return ok(null)
}

function suppressed(reason: string): Result<never> {
  return refuse('outbox.automatic_suppressed', { reason })
}
