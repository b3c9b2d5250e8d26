import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { type Command, defineCommand, defineQuery, type Query } from '../access/command.ts'
import { recordChange } from '../audit/index.ts'
import { completedAddress } from '../catalogue/index.ts'
import type { Address } from '../contract/ticket.ts'
import { ok, refuse } from '../kernel/result.ts'
import { addSampleArticles } from '../knowledge/index.ts'
import { type Reader, sql } from '../store/index.ts'
import { type JsonRow, rememberRows, type Write, writeBatch } from './batch.ts'
import { undoneSchema } from './operations.ts'
import { buildSample, type Present } from './sample/build.ts'
import { type BatchTable, type TableRule, tables } from './tables.ts'
import { previewUndo, type ReturnTickets, undoBatch } from './undo.ts'

/** What the sample workspace needs from app. */
export interface SamplePorts {
  /** Encrypts an account's secret settings, bound to the account. */
  seal(accountId: string, secrets: Record<string, unknown>): string
  readonly returnTickets: ReturnTickets
}

const admins = { roles: ['admin'] } as const

async function loadedBatch(db: Reader) {
  return await db
    .selectFrom('import_batch')
    .selectAll()
    .where('kind', '=', 'sample')
    .where('undoneAt', 'is', null)
    .executeTakeFirst()
}

/** Unique names by table. */
const uniqueNames = {
  calendar: 'name',
  region: 'name',
  skill_group: 'name',
  staff: 'number',
  routing_rule: 'name',
  product_category: 'name',
  product_model: 'model',
  site: 'name',
  device: 'serialNumber',
  ticket_type: 'key',
} as const

async function readPresent(db: Reader, isLoaded: boolean): Promise<Present> {
  const names: Partial<Record<BatchTable, Map<string, string>>> = {}
  for (const [table, column] of Object.entries(uniqueNames)) {
    const found = await sql<{ id: string; name: string }>`
      select "id", ${sql.ref(column)} as name from ${sql.table(table)}`.execute(db)
    names[table as BatchTable] = new Map(found.rows.map(({ id, name }) => [name, id]))
  }
  const taken = await sql<Record<string, boolean>>`select
    exists (select from skill_group where "isDefault" and "active") as "hasDefaultGroup",
    exists (select from ticket_type where "isDefault" and "active") as "hasDefaultType",
    exists (select from calendar where "isDefault") as "hasDefaultCalendar",
    exists (select from channel_account where "kind" = 'qr' and "enabled") as "hasQrAccount",
    exists (select from channel_account where "kind" = 'api' and "enabled") as "hasApiAccount"`.execute(db)
  const members = await db.selectFrom('staff_group').select(['staffId', 'groupId']).execute()
  return {
    names,
    ...(taken.rows[0] as unknown as Pick<Present, `has${string}` & keyof Present>),
    // What people switched off while the sample is there stays off.
    switchedOff: isLoaded ? {} : await readSwitchedOff(db),
    ours: new Set((await readOurs(db)).map(({ id }) => id)),
    members: new Set(members.map(({ staffId, groupId }) => `${staffId}/${groupId}`)),
  }
}

async function readOurs(db: Reader): Promise<{ id: string }[]> {
  const found = await sql<{ id: string }>`select r."rowId" as id from import_row r
    join import_batch b on b."id" = r."batchId" where b."kind" = 'sample' and r."table" = 'staff'`.execute(db)
  return found.rows
}

/** Rows of removed samples that are switched off, by the name that a sample knows them by. */
async function readSwitchedOff(db: Reader): Promise<Present['switchedOff']> {
  const off: Partial<Record<BatchTable, Map<string, JsonRow>>> = {}
  for (const [table, column] of Object.entries({ ...uniqueNames, channel_account: 'name' })) {
    const { switch: flag }: TableRule = tables[table as BatchTable]
    if (!flag) continue
    const found = await sql<{ name: string; row: JsonRow }>`
      select t.${sql.ref(column)} as name, to_jsonb(t) as row from ${sql.table(table)} t
      where not t.${sql.ref(flag)} and exists (select from import_row r join import_batch b on b."id" = r."batchId"
        where b."kind" = 'sample' and r."table" = ${table} and r."rowId" = t."id"::text)`.execute(db)
    off[table as BatchTable] = new Map(found.rows.map(({ name, row }) => [name, row]))
  }
  return off
}

/** Rows by table, for people. */
function countTables(writes: readonly Pick<Write, 'table'>[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { table } of writes) counts[table] = (counts[table] ?? 0) + 1
  return counts
}

/** `sample.load` and `sample.remove`. */
export function makeSampleCommands({ seal, returnTickets }: SamplePorts): Command[] {
  const load = defineCommand(
    {
      name: 'sample.load',
      title:
        'Fills the hub with an invented after-sales service: groups, staff, regions, products, devices, forms, articles; again, it makes what is missing',
      permission: admins,
      input: z.object({}),
      output: z.object({
        batchId: z.string(),
        counts: z.record(z.string(), z.int()),
        /** Names that were in use already; those rows stay as they are. */
        skipped: z.array(z.object({ table: z.string(), name: z.string() })),
      }),
    },
    async (ctx) => {
      const loaded = await loadedBatch(ctx.tx)
      const sealQr = (id: string) => seal(id, { linkSecrets: [randomBytes(32).toString('base64url')] })
      const present = await readPresent(ctx.tx, loaded !== undefined)
      const { writes, skipped } = buildSample(ctx.ids, present, sealQr)
      const placed = writes.map((write) =>
        write.row.address
          ? { ...write, row: { ...write.row, address: completedAddress(write.row.address as Address) } }
          : write,
      )
      const from = loaded ? await firstFreeOrdinal(ctx.tx, loaded.id) : 0
      const batch = loaded ? { id: loaded.id, from } : { kind: 'sample', name: '示例工作区' }
      const batchId = await writeBatch(ctx, batch, placed)
      const articles = await addSampleArticles(ctx)
      await rememberRows(ctx.tx, batchId, 'article', articles.ids, from + writes.length)
      const value = {
        batchId,
        counts: { ...countTables(writes), article: articles.ids.length },
        skipped: [...skipped, ...articles.taken.map((name) => ({ table: 'article', name }))],
      }
      return ok({ value, events: await announced(ctx, 'sample.load', batchId) })
    },
  )
  return [load, makeRemove(returnTickets)]
}

async function firstFreeOrdinal(db: Reader, batchId: string): Promise<number> {
  const last = await db
    .selectFrom('import_row')
    .select((e) => e.fn.max('ordinal').as('ordinal'))
    .where('batchId', '=', batchId)
    .executeTakeFirst()
  return (last?.ordinal ?? -1) + 1
}

async function announced(ctx: Parameters<typeof recordChange>[0], action: string, id: string) {
  const events = await recordChange(ctx, { action, event: 'directory.changed', subject: 'import', id })
  const more = (['catalogue.changed', 'channel.changed', 'knowledge.changed'] as const).map((type) => ({
    type,
    subject: 'import',
    subjectId: id,
    data: {},
  }))
  return [...events, ...more]
}

const makeRemove = (returnTickets: ReturnTickets) =>
  defineCommand(
    {
      name: 'sample.remove',
      title: 'Takes the sample workspace away; rows that were changed since or are in use stay and are named',
      permission: admins,
      input: z.object({}),
      output: undoneSchema(),
    },
    async (ctx) => {
      const batch = await loadedBatch(ctx.tx)
      if (!batch) return refuse('not_found', { what: 'sample workspace' })
      const done = await undoBatch(ctx, batch.id, returnTickets)
      if (!done.ok) return done
      const { undone, effects } = done.value
      const events = [...(await announced(ctx, 'sample.remove', batch.id)), ...effects.events]
      return ok({ value: { ...undone, kept: [...undone.kept] }, events, jobs: effects.jobs })
    },
  )

/** `sample.status` and `sample.removal`. */
export const sampleQueries: readonly Query[] = [
  defineQuery(
    {
      name: 'sample.status',
      title: 'Whether the sample workspace is loaded, and what it holds',
      permission: { roles: ['supervisor', 'auditor'] },
      input: z.object({}),
      output: z.object({
        loaded: z.boolean(),
        loadedAt: z.string().nullable(),
        counts: z.record(z.string(), z.int()),
      }),
    },
    async ({ db }) => {
      const batch = await loadedBatch(db)
      if (!batch) return ok({ loaded: false, loadedAt: null, counts: {} })
      const rows = await db.selectFrom('import_row').select('table').where('batchId', '=', batch.id).execute()
      const counts = countTables(rows as { table: BatchTable }[])
      return ok({ loaded: true, loadedAt: batch.createdAt.toISOString(), counts })
    },
  ),
  defineQuery(
    {
      name: 'sample.removal',
      title: 'What removing the sample workspace would take away and leave now, in rows by table',
      permission: admins,
      input: z.object({}),
      output: z.object({
        goes: z.record(z.string(), z.int()),
        /** Changed since or in use; what tickets refer to is switched off. */
        stays: z.record(z.string(), z.int()),
        /** Tickets that would wait for a dispatcher again. */
        returned: z.int(),
      }),
    },
    async ({ db }) => {
      const batch = await loadedBatch(db)
      if (!batch) return refuse('not_found', { what: 'sample workspace' })
      const { goes, stays, returned } = await previewUndo(db, batch.id)
      return ok({ goes: { ...goes }, stays: { ...stays }, returned })
    },
  ),
]
