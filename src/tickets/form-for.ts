import type { JsonObject } from '../kernel/json.ts'
import { ok, type Result, refuse } from '../kernel/result.ts'
import { changeVersioned, json, type Reader, sql, type Tx } from '../store/index.ts'
import { parseForm } from './form.ts'
import { ticketType } from './type.ts'

/**
 * The form that a conversation's words fill in: that of the newest ticket that it feeds, or of the default type when it will
 * open one. Null when there is no type yet.
 */
export async function formForConversation(db: Reader, conversationId: string): Promise<JsonObject | null> {
  // All of the few that it has: with a limit the planner walks every open ticket in the order of their age.
  const { rows } = await sql<{ typeId: string }>`
    select t."typeId" from conversation_ticket link join ticket t on t."id" = link."ticketId"
    where link."conversationId" = ${conversationId} and t."status" not in ('closed', 'cancelled', 'merged')
    order by t."createdAt" desc, t."id"`.execute(db)
  const type = await ticketType(db, rows[0] ? { id: rows[0].typeId } : 'default')
  return type.ok ? (type.value.form as unknown as JsonObject) : null
}

/** A kind of ticket with the form of its current version. */
export interface ActiveForm {
  readonly typeId: string
  readonly name: { readonly zh: string; readonly en: string }
  readonly form: JsonObject
  readonly formVersion: number
}

/** The forms of the kinds of ticket that are in use, the default first. */
export async function activeForms(db: Reader): Promise<ActiveForm[]> {
  const rows = await db
    .selectFrom('ticket_type')
    .select(['id as typeId', 'name', 'form', 'formVersion'])
    .where('active', '=', true)
    .orderBy('isDefault', 'desc')
    .orderBy('key')
    .execute()
  return rows as unknown as ActiveForm[]
}

/**
 * Gives a kind of ticket another form as its next version; tickets keep the version they have. Answers the form that it takes the
 * place of and the new version. Refuses with `conflict.version` when the form is not at `formVersion` any more.
 */
export async function putForm(
  tx: Tx,
  change: { readonly typeId: string; readonly formVersion: number; readonly form: unknown },
): Promise<Result<{ readonly replaced: JsonObject; readonly formVersion: number }>> {
  const row = await tx
    .selectFrom('ticket_type')
    .select(['form', 'formVersion', 'version'])
    .where('id', '=', change.typeId)
    .where('active', '=', true)
    .forUpdate()
    .executeTakeFirst()
  if (!row) return refuse('not_found', { what: 'ticket type' })
  if (row.formVersion !== change.formVersion) return refuse('conflict.version')
  const form = parseForm(change.form)
  if (!form.ok) return form
  const formVersion = row.formVersion + 1
  const changed = await changeVersioned(
    tx,
    'ticket_type',
    { id: change.typeId, version: row.version },
    { form: json(form.value), formVersion },
  )
  return changed.ok ? ok({ replaced: row.form as unknown as JsonObject, formVersion }) : changed
}
