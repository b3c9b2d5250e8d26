import type { JsonObject } from '../kernel/json.ts'
import { type Reader, sql } from '../store/index.ts'
import { ticketType } from './type.ts'

/**
 * The form that a conversation's words fill in: that of the newest ticket that it feeds, or of the default type when it will
 * open one. Null when there is no type yet.
 */
export async function formForConversation(db: Reader, conversationId: string): Promise<JsonObject | null> {
  const { rows } = await sql<{ typeId: string }>`
    select t."typeId" from conversation_ticket link join ticket t on t."id" = link."ticketId"
    where link."conversationId" = ${conversationId} and t."status" not in ('closed', 'cancelled', 'merged')
    order by t."createdAt" desc, t."id" limit 1`.execute(db)
  const type = await ticketType(db, rows[0] ? { id: rows[0].typeId } : 'default')
  return type.ok ? (type.value.form as unknown as JsonObject) : null
}
