import type { Tx } from '../store/index.ts'
import { windowOpen } from './window.ts'

/** Conversations that are looked at, the newest first. */
const mostLookedAt = 20

/**
 * Where a customer can be told something about a ticket: in the conversation itself, or, where nothing can be said there (a reported
 * call), in the newest other one of the ticket or of its customer that can still be answered. Null when there is none.
 */
export async function listeningConversation(
  tx: Tx,
  isMute: (accountId: string) => boolean,
  of: { readonly ticketId: string; readonly conversationId: string },
  nowMs: number,
): Promise<{ readonly id: string; readonly accountId: string } | null> {
  const named = await tx
    .selectFrom('conversation')
    .select(['id', 'accountId'])
    .where('id', '=', of.conversationId)
    .executeTakeFirstOrThrow()
  if (!isMute(named.accountId)) return named
  const others = await tx
    .selectFrom('conversation as c')
    .innerJoin('channel_identity as i', 'i.id', 'c.identityId')
    .select(['c.id', 'c.accountId'])
    .where((e) =>
      e.or([
        e(
          'c.id',
          'in',
          e.selectFrom('conversation_ticket').select('conversationId').where('ticketId', '=', of.ticketId),
        ),
        e(
          'i.contactId',
          '=',
          e.selectFrom('ticket').select('contactId').where('id', '=', of.ticketId).$asScalar().$notNull(),
        ),
      ]),
    )
    .orderBy('c.lastMessageAt', 'desc')
    .limit(mostLookedAt)
    .execute()
  for (const other of others) {
    if (!isMute(other.accountId) && (await windowOpen(tx, other.id, nowMs))) return other
  }
  return null
}
