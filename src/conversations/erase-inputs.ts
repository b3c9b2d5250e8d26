import { json, sql, type Tx } from '../store/index.ts'
import { laterReports } from './erase-calls.ts'

/**
 * Empties the envelopes of conversations' messages. A request that brought messages of several people is stored with each of
 * them, so all its envelopes lose their content once they are done; what became of the others stays. The dedupe key and the
 * body's hash stay too, so that a late repeat is still recognised.
 */
export async function eraseEnvelopes(
  tx: Tx,
  conversationIds: readonly string[],
  nowMs: number,
): Promise<{ readonly erased: number; readonly files: readonly string[] }> {
  const found = await sql<{ id: string; bodyMedia: string | null }>`
    select e."id", e."bodyMedia" from message m
    join envelope o on o."id" = m."envelopeId"
    join envelope e on e."receivedAt" = o."receivedAt" and e."accountId" = o."accountId" and e."bodyHash" = o."bodyHash"
    where m."conversationId" = any(${[...conversationIds]}::uuid[]) and e."erasedAt" is null and e."state" = 'done'
    order by e."id" for update of e`.execute(tx)
  const rows = [...found.rows, ...(await laterReports(tx, conversationIds))]
  await emptyEnvelopes(
    tx,
    rows.map((row) => row.id),
    nowMs,
  )
  return {
    erased: new Set(rows.map((row) => row.id)).size,
    files: rows.flatMap(({ bodyMedia }) => (bodyMedia === null ? [] : [bodyMedia])),
  }
}

/** Empties envelopes of everything but what recognises a repeat. */
export async function emptyEnvelopes(tx: Tx, ids: readonly string[], nowMs: number): Promise<void> {
  await sql`
    update envelope set "body" = null, "bodyMedia" = null, "headers" = '{}', "query" = '{}', "claims" = '{}',
      "path" = '', "remoteAddress" = '', "senderKey" = 'erased', "lastError" = null, "erasedAt" = ${new Date(nowMs)}
    where "id" = any(${[...ids]}::uuid[])`.execute(tx)
}

/** The words that readings quote and the values that they found, longer than a syllable. */
function wordsOf(value: unknown, words: Set<string> = new Set()): Set<string> {
  if (Array.isArray(value)) for (const item of value) wordsOf(item, words)
  else if (value !== null && typeof value === 'object') {
    for (const [name, member] of Object.entries(value)) {
      if (typeof member !== 'string') wordsOf(member, words)
      else if (['quote', 'value', 'detail'].includes(name) && /\P{ASCII}{2}|\d{4}/u.test(member))
        words.add(member)
    }
  }
  return words
}

/** Empties what engines read out of conversations, and forgets the model's recorded answers that repeat their words. */
export async function eraseReadings(tx: Tx, conversationIds: readonly string[]): Promise<number> {
  const read = await sql<{
    fields: unknown
    custom: unknown
    dropped: unknown
    labels: unknown
    from: Date
    to: Date
  }>`
    select x."fields", x."custom", x."dropped",
      jsonb_path_query_array(x."labels", '$.tags[*] ? (@.method == "llm").evidence') as "labels", c."openedAt" as "from", x."at" + interval '1 day' as "to"
    from extraction x join conversation c on c."id" = x."conversationId"
    where c."id" = any(${[...conversationIds]}::uuid[])`.execute(tx)
  for (const { from, to, ...said } of read.rows) {
    const words = [...wordsOf(said)].map((word) => JSON.stringify(word).slice(1, -1))
    if (words.length === 0) continue
    await sql`
      delete from model_call m where m."at" between ${from} and ${to}
        and exists (select 1 from unnest(${words}::text[]) w where position(w in m."response"::text) > 0)`.execute(
      tx,
    )
  }
  await sql`
    update question set "choice" = null, "evidence" = null
    where "conversationId" = any(${[...conversationIds]}::uuid[])`.execute(tx)
  await sql`
    update extraction set "fields" = '{}', "custom" = '{}', "dropped" = '[]', "labels" = null,
      "action" = jsonb_build_object('kind', "action" -> 'kind')
    where "conversationId" = any(${[...conversationIds]}::uuid[])`.execute(tx)
  return read.rows.length
}

/** Removes translations of conversations, and the model's kept answers that they came from. */
export async function eraseTranslations(tx: Tx, conversationIds: readonly string[]): Promise<number> {
  const gone = await sql<{ calls: string[] | null }>`
    delete from translation where "conversationId" = any(${[...conversationIds]}::uuid[]) returning "calls"`.execute(
    tx,
  )
  const hashes = gone.rows.flatMap(({ calls }) => calls ?? [])
  await sql`
    delete from model_call m where m."hash" = any(${hashes}::text[])
      and not exists (select 1 from translation t where m."hash" = any(t."calls"))`.execute(tx)
  return gone.rows.length
}

/** Stored commands about a ticket, its offers, its conversations and the people who are erased with them: only what they were about stays. */
export async function eraseCommands(
  tx: Tx,
  about: {
    readonly ticketId: string
    readonly conversationIds: readonly string[]
    readonly contactIds: readonly string[]
  },
  nowMs: number,
): Promise<number> {
  const { ticketId, conversationIds, contactIds } = about
  const subjects = [...conversationIds, ...contactIds]
  const kept = ['id', 'ticketId', 'conversationId', 'offerId']
  const emptied = await sql`
    update command set "erasedAt" = ${new Date(nowMs)}, "payload" = (
      select coalesce(jsonb_object_agg(k, v), ${json({})}) from jsonb_each("payload") as p(k, v) where k = any(${kept}))
    where "erasedAt" is null and (
      "payload" ? 'ticketId' and "payload" ->> 'ticketId' = ${ticketId}
      or "payload" ? 'conversationId' and "payload" ->> 'conversationId' = any(${[...conversationIds]}::text[])
      or "payload" ? 'offerId' and "payload" ->> 'offerId' in (select "id"::text from offer where "ticketId" = ${ticketId})
      or "payload" ? 'id' and "payload" ->> 'id' = any(${subjects}::text[])
      or "id" = (select "causeId" from ticket_event where "ticketId" = ${ticketId} and "seq" = 1))`.execute(
    tx,
  )
  return Number(emptied.numAffectedRows ?? 0)
}
