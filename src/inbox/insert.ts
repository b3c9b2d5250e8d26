import type { ReceiveOutcome } from '../contract/channel.ts'
import type { ReceiveItem } from '../contract/ports.ts'

/** An envelope that is ready to be written. */
export interface EnvelopeRow {
  readonly id: string
  readonly item: ReceiveItem
  readonly bodyHash: string
  /** Media hash of a large body, which then stays out of the row. */
  readonly bodyMedia: string | null
  /** Until when it is left to whoever stored it, ms; null: the next free worker takes it. */
  readonly heldUntilMs: number | null
}

/** Runs one raw statement; the pool's or a transaction's. */
export type RunStatement = <R extends object>(
  text: string,
  values: readonly unknown[],
  name: string,
) => Promise<R[]>

/** Headers that carry secrets; verification is over, nobody needs them again. */
const secretHeaders = new Set(['authorization', 'cookie', 'proxy-authorization'])

const insertText = `
  insert into envelope ("id", "accountId", "kind", "dedupeKey", "senderKey", "part", "method", "path", "query", "headers",
    "claims", "remoteAddress", "body", "bodyMedia", "bodyHash", "receivedAt", "retryAt")
  select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::int[], $7::text[], $8::text[],
    $9::jsonb[], $10::jsonb[], $11::jsonb[], $12::text[], $13::bytea[], $14::text[], $15::text[], $16::timestamptz[],
    $17::timestamptz[])
  on conflict ("accountId", "dedupeKey") do nothing returning "id"`

const existingText = `
  select e."id", e."accountId", e."dedupeKey", e."bodyHash" from envelope e
  join unnest($1::uuid[], $2::text[]) as k("accountId", "dedupeKey")
    on e."accountId" = k."accountId" and e."dedupeKey" = k."dedupeKey"`

/** Writes a batch in one statement; rows whose dedupe key exists are reported as duplicates of the stored one. */
export async function insertEnvelopes(
  run: RunStatement,
  rows: readonly EnvelopeRow[],
): Promise<ReceiveOutcome[]> {
  const column = <T>(pick: (row: EnvelopeRow) => T) => rows.map(pick)
  const written = await run<{ id: string }>(
    insertText,
    [
      column((r) => r.id),
      column((r) => r.item.accountId),
      column((r) => r.item.kind),
      column((r) => r.item.dedupeKey),
      column((r) => r.item.senderKey),
      column((r) => r.item.part),
      column((r) => r.item.request.method),
      column((r) => r.item.request.path),
      column((r) => JSON.stringify(r.item.request.query)),
      column((r) => JSON.stringify(withoutSecrets(r.item.request.headers))),
      column((r) => JSON.stringify(r.item.claims)),
      column((r) => r.item.request.remoteAddress),
      column((r) => (r.bodyMedia === null ? Buffer.from(r.item.request.body) : null)),
      column((r) => r.bodyMedia),
      column((r) => r.bodyHash),
      column((r) => new Date(r.item.request.receivedAtMs).toISOString()),
      column((r) => (r.heldUntilMs === null ? null : new Date(r.heldUntilMs).toISOString())),
    ],
    'envelope-insert',
  )
  if (written.length === rows.length) return rows.map((r) => ({ envelopeId: r.id, duplicate: false }))
  const fresh = new Set(written.map((w) => w.id))
  const repeats = rows.filter((r) => !fresh.has(r.id))
  const stored = await run<{ id: string; accountId: string; dedupeKey: string; bodyHash: string }>(
    existingText,
    [repeats.map((r) => r.item.accountId), repeats.map((r) => r.item.dedupeKey)],
    'envelope-existing',
  )
  const byKey = new Map(stored.map((s) => [`${s.accountId} ${s.dedupeKey}`, s]))
  return rows.map((row) => {
    if (fresh.has(row.id)) return { envelopeId: row.id, duplicate: false }
    const first = byKey.get(`${row.item.accountId} ${row.item.dedupeKey}`)
    if (!first) throw new Error('an envelope vanished between insert and read')
    return { envelopeId: first.id, duplicate: true, contentDiffers: first.bodyHash !== row.bodyHash }
  })
}

function withoutSecrets(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !secretHeaders.has(name)))
}
