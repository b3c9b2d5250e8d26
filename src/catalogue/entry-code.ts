import type { EntryLifetime } from '../contract/channel.ts'
import type { Reader, Tx } from '../store/index.ts'

/** A code that a vendor made. */
export interface EntryCode {
  readonly accountId: string
  /** What the vendor put into it. */
  readonly scene: string
  readonly lifetime: EntryLifetime
  /** As the vendor gave it. */
  readonly url: string
  readonly expiresAt: Date | null
}

/** Codes of some accounts and scenes that still work. */
export async function readEntryCodes(
  db: Reader,
  of: { readonly accountIds: readonly string[]; readonly scenes: readonly string[] },
  nowMs: number,
): Promise<readonly EntryCode[]> {
  if (of.accountIds.length === 0) return []
  const rows = await db
    .selectFrom('entry_code')
    .select(['accountId', 'scene', 'lifetime', 'url', 'expiresAt'])
    .where('accountId', 'in', [...of.accountIds])
    .where('scene', 'in', [...of.scenes])
    .where((e) => e.or([e('expiresAt', 'is', null), e('expiresAt', '>', new Date(nowMs))]))
    .execute()
  return rows.map((row) => ({ ...row, lifetime: row.lifetime as EntryLifetime }))
}

/** Keeps a code in the place of one that no longer works. */
export async function keepEntryCode(tx: Tx, code: EntryCode, nowMs: number): Promise<void> {
  const { accountId, scene, lifetime, url, expiresAt } = code
  const row = { url, expiresAt, createdAt: new Date(nowMs) }
  await tx
    .insertInto('entry_code')
    .values({ accountId, scene, lifetime, ...row })
    .onConflict((c) => c.columns(['accountId', 'scene', 'lifetime']).doUpdateSet(row))
    .execute()
}
