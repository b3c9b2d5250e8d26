import { audit } from '../audit/index.ts'
import { systemActor } from '../contract/actor.ts'
import type { NewEvent } from '../contract/events.ts'
import { type Effects, type NewJob, noEffects } from '../contract/jobs.ts'
import { eraseOutbox } from '../outbox/index.ts'
import { defineHandler, type JobHandler } from '../queue/index.ts'
import { type Reader, sql, type Tx } from '../store/index.ts'
import { eraseCalls } from './erase-calls.ts'
import { eraseCommands, eraseEnvelopes, eraseReadings, eraseTranslations } from './erase-inputs.ts'
import { erasePeople } from './erase-people.ts'

/** What erasure needs from app. */
export interface ErasurePorts {
  /**
   * Removes a stored file, unless it is so young at `nowMs` that somebody who stored the same bytes is about to name it: such a
   * one is left to the sweep. Again is nothing.
   */
  removeFile(hash: string, nowMs: number): Promise<void>
}

/** How long a message that is being sent is waited for, ms. */
const sendingMs = 60_000

/**
 * Conversations that nobody needs any more: every ticket they belong to was erased. One that belongs to another ticket too is
 * that ticket's evidence, and goes with it.
 */
async function forgettable(tx: Tx, ticketId: string): Promise<string[]> {
  const rows = await sql<{ id: string }>`
    select c."id" from conversation c join conversation_ticket ct on ct."conversationId" = c."id"
    where ct."ticketId" = ${ticketId} and not exists (
      select 1 from conversation_ticket o where o."conversationId" = c."id" and not exists (
        select 1 from ticket_event e where e."ticketId" = o."ticketId" and e."type" = 'erased'))
    order by c."id" for update of c`.execute(tx)
  return rows.rows.map((row) => row.id)
}

/** Empties the messages of conversations and their files' names; answers the files. */
async function eraseMessages(tx: Tx, ids: readonly string[]): Promise<{ messages: number; files: string[] }> {
  const files = await sql<{ hash: string }>`
    select distinct a."hash" from attachment a join message m on m."id" = a."messageId"
    where m."conversationId" = any(${[...ids]}::uuid[]) and a."hash" is not null`.execute(tx)
  await sql`
    update attachment a set "name" = '', "contentId" = null, "ref" = null, "hash" = null, "size" = null,
      "state" = 'refused', "reason" = 'erased'
    from message m where m."id" = a."messageId" and m."conversationId" = any(${[...ids]}::uuid[])`.execute(tx)
  const emptied = await sql`
    update message set "text" = '', "fullText" = null, "html" = null, "subject" = null, "signature" = null,
      "form" = null, "record" = null, "location" = null, "unsupported" = null, "providerMessageId" = null,
      "authorId" = case when "direction" = 'in' then null else "authorId" end,
      "authorName" = case when "direction" = 'in' then null else "authorName" end
    where "conversationId" = any(${[...ids]}::uuid[])`.execute(tx)
  return { messages: Number(emptied.numAffectedRows ?? 0), files: files.rows.map((row) => row.hash) }
}

/** Empties what a conversation itself says. A step that read its turns before looks again, and finds nothing. */
async function eraseConversations(tx: Tx, ids: readonly string[], nowMs: number): Promise<void> {
  const at = new Date(nowMs)
  await sql`
    update conversation set "subject" = null, "thread" = '{}', "threadKey" = 'erased:' || "id", "state" = 'closed',
      "closedAt" = coalesce("closedAt", ${at}), "erasedAt" = coalesce("erasedAt", ${at}), "waitingSince" = null,
      "windowUntil" = null, "version" = "version" + 1
    where "id" = any(${[...ids]}::uuid[])`.execute(tx)
  await sql`delete from conversation_participant where "conversationId" = any(${[...ids]}::uuid[])`.execute(
    tx,
  )
}

/**
 * The place of a device is somebody's home, and engineers say in their own words why they do not come. Events of today hold no words;
 * those of earlier releases do, and what was told of them.
 */
async function eraseRouting(tx: Tx, ticketId: string): Promise<void> {
  await sql`
    update routing_decision set "situation" = jsonb_set("situation", '{ticket,site}', 'null')
    where "ticketId" = ${ticketId} and "situation" #> '{ticket,site}' <> 'null'`.execute(tx)
  await tx.updateTable('offer').set({ reason: null }).where('ticketId', '=', ticketId).execute()
  await sql`
    with emptied as (
      update event set "data" = "data" - 'engineer' - 'reason'
      where "subject" = 'ticket' and "subjectId" = ${ticketId} and "type" like 'offer.%' returning "id")
    update webhook_delivery d set "body" = d."body" #- '{data,engineer}' #- '{data,reason}'
    from emptied where d."eventId" = emptied."id"`.execute(tx)
}

async function forget(
  tx: Tx,
  ticketId: string,
  { jobId, nowMs }: { readonly jobId: string; readonly nowMs: number },
): Promise<Effects> {
  const ids = await forgettable(tx, ticketId)
  const outbox = await eraseOutbox(tx, { ticketId, conversationIds: ids }, nowMs)
  const envelopes = await eraseEnvelopes(tx, ids, nowMs)
  const extractions = await eraseReadings(tx, ids)
  const translations = await eraseTranslations(tx, ids)
  await eraseCalls(tx, ids)
  const { messages, files } = await eraseMessages(tx, ids)
  await eraseConversations(tx, ids, nowMs)
  const people = await erasePeople(tx, ids, nowMs)
  const commands = await eraseCommands(tx, { ticketId, conversationIds: ids, ...people }, nowMs)
  await eraseRouting(tx, ticketId)
  const hashes = [...new Set([...files, ...envelopes.files, ...people.files])].sort()
  const detail = {
    ...{ messages, extractions, translations, commands, envelopes: envelopes.erased, outbox: outbox.erased },
    ...{ files: hashes.length, conversations: ids, contacts: [...people.contactIds] },
    ...{ sending: outbox.waiting, causeId: jobId },
  }
  const entry = { atMs: nowMs, actor: systemActor('ticket.forget'), action: 'ticket.forget' }
  await audit(tx, { ...entry, resource: `ticket:${ticketId}`, detail })
  const payload = { ticketId }
  const again: NewJob = {
    kind: 'ticket.forget',
    payload,
    dueAtMs: nowMs + sendingMs,
    serialKey: `ticket:${ticketId}`,
  }
  return {
    events: ids.map(
      (id): NewEvent => ({
        type: 'conversation.changed',
        subject: 'conversation',
        subjectId: id,
        data: { erased: true },
      }),
    ),
    jobs: [
      ...(hashes.length > 0 ? [{ kind: 'media.forget' as const, payload: { hashes } }] : []),
      ...(outbox.waiting > 0 ? [again] : []),
      ...outbox.jobs,
    ],
  }
}

/** Files that nothing refers to any more: no attachment, no large body, no import. */
export async function unused(db: Reader, hashes: readonly string[]): Promise<string[]> {
  const rows = await sql<{ hash: string }>`
    select h as hash from unnest(${[...hashes]}::text[]) h
    where not exists (select 1 from attachment a where a."hash" = h)
      and not exists (select 1 from envelope e where e."bodyMedia" = h)
      and not exists (select 1 from command c where c."payload" ? 'hash' and c."payload" ->> 'hash' = h)`.execute(
    db,
  )
  return rows.rows.map((row) => row.hash)
}

/**
 * Handlers of erasure. `ticket.forget` runs after `ticket.erase`: in one transaction it empties what the ticket's conversations
 * hold of the person, and doing it again changes nothing. `media.forget` removes the files afterwards, as far as they are old.
 */
export function makeErasureHandlers({ removeFile }: ErasurePorts): JobHandler[] {
  return [
    defineHandler<'ticket.forget', undefined, null>({
      kind: 'ticket.forget',
      prepare: async () => null,
      commit: (tx, _prepared, job, ctx) =>
        forget(tx, job.payload.ticketId, { jobId: job.id, nowMs: ctx.nowMs }),
    }),
    defineHandler<'media.forget', undefined, null>({
      kind: 'media.forget',
      async prepare(job, ctx) {
        for (const hash of await unused(ctx.db, job.payload.hashes)) await removeFile(hash, ctx.nowMs)
        return null
      },
      commit: async () => noEffects,
    }),
  ]
}
