import { sql, type Tx } from '../store/index.ts'

/** Empties what conversations hold of telephone calls: numbers, names, what was said, and the recorded answers of recognisers. */
export async function eraseCalls(tx: Tx, conversationIds: readonly string[]): Promise<void> {
  const ids = [...conversationIds]
  // A recogniser's answer is known by the longest thing that was said in it.
  await sql`
    delete from model_call m using (
      select distinct on (u."messageId") u."text" from utterance u join call c on c."messageId" = u."messageId"
      where c."conversationId" = any(${ids}::uuid[]) order by u."messageId", length(u."text") desc) said
    where m."response" ? 'utterances' and position(to_jsonb(said."text")::text in m."response"::text) > 0`.execute(
    tx,
  )
  await sql`
    delete from utterance u using call c
    where c."messageId" = u."messageId" and c."conversationId" = any(${ids}::uuid[])`.execute(tx)
  await sql`
    update call set "callId" = '', "customerNumber" = null, "agent" = null, "hangupCause" = null
    where "conversationId" = any(${ids}::uuid[])`.execute(tx)
}

/** Envelopes of all reports of a call: the message names only the first of them. */
export async function laterReports(
  tx: Tx,
  conversationIds: readonly string[],
): Promise<readonly { readonly id: string; readonly bodyMedia: string | null }[]> {
  const found = await sql<{ id: string; bodyMedia: string | null }>`
    select e."id", e."bodyMedia" from message m join conversation c on c."id" = m."conversationId"
    join envelope e on e."messageId" = m."id"
      and e."receivedAt" >= c."openedAt" and e."receivedAt" < c."openedAt" + interval '30 days'
    where m."kind" = 'call' and m."conversationId" = any(${[...conversationIds]}::uuid[])
      and e."erasedAt" is null and e."state" = 'done'
    order by e."id" for update of e`.execute(tx)
  return found.rows
}
