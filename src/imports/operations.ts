import { z } from 'zod'
import { type Command, defineCommand, defineQuery, type Query } from '../access/command.ts'
import { recordChange } from '../audit/index.ts'
import type { MediaStore } from '../contract/ports.ts'
import { derivedIds } from '../kernel/ids.ts'
import { ok, type Result, refuse } from '../kernel/result.ts'
import type { Reader } from '../store/index.ts'
import { writeBatch } from './batch.ts'
import { errorFile, templateFile } from './csv.ts'
import { importKindNames, importKinds } from './kinds/index.ts'
import { type Plan, planImport } from './plan.ts'
import { readSheet } from './read-sheet.ts'
import { type Sheet, sheetLimits } from './sheet.ts'
import { type ReturnTickets, undoBatch } from './undo.ts'

/** What imports need from app. */
export interface ImportPorts {
  readonly media: Pick<MediaStore, 'get' | 'has'>
  readonly returnTickets: ReturnTickets
}

const admins = { roles: ['admin'] } as const
const kind = z.enum(importKindNames)
/** A file that was uploaded to `POST /api/media`. */
const file = {
  kind,
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  fileName: z.string().max(200).default(''),
}
const counts = z.object({ new: z.int(), changed: z.int(), same: z.int(), error: z.int() })
const csvFile = z.object({ fileName: z.string(), contentType: z.string(), content: z.string() })
const csvType = 'text/csv; charset=utf-8'

/** Rows that a preview shows; the counts are of all. */
const shownRows = 500

function countsOf(plan: Plan) {
  const found = { new: 0, changed: 0, same: 0, error: 0 }
  for (const row of plan.rows) found[row.state]++
  return found
}

async function sheetOf(media: ImportPorts['media'], hash: string): Promise<Result<Sheet>> {
  if (!(await media.has(hash))) return refuse('not_found', { what: 'file' })
  const content = await media.get(hash)
  if (content.byteLength > sheetLimits.bytes) return refuse('request.too_large', { limit: sheetLimits.bytes })
  return await readSheet(content)
}

/** Queries on imports: preview, error file, templates, what was imported. */
export function makeImportQueries({ media }: Pick<ImportPorts, 'media'>): Query[] {
  const plan = async (db: Reader, input: { kind: z.infer<typeof kind>; hash: string }) => {
    const sheet = await sheetOf(media, input.hash)
    return sheet.ok ? await planImport(db, importKinds[input.kind], sheet.value) : sheet
  }
  return [
    defineQuery(
      {
        name: 'import.preview',
        title: 'What an import of an uploaded file would do, row by row; nothing is changed',
        permission: admins,
        input: z.object(file),
        output: z.object({
          counts,
          header: z.array(z.string()),
          /** Headers that no column is called. */
          ignored: z.array(z.string()),
          /** The wrong rows first, then the others, 500 at most. */
          rows: z.array(
            z.object({
              line: z.int(),
              state: z.enum(['new', 'changed', 'same', 'error']),
              label: z.string(),
              cells: z.array(z.string()),
              changes: z.array(z.string()),
              issues: z.array(z.object({ column: z.string(), zh: z.string(), en: z.string() })),
            }),
          ),
        }),
      },
      async ({ db }, input) => {
        const planned = await plan(db, input)
        if (!planned.ok) return planned
        const { header, ignored, rows } = planned.value
        const wrong = rows.filter((row) => row.state === 'error')
        const others = rows.filter((row) => row.state !== 'error')
        const shown = [...wrong, ...others].slice(0, shownRows).map(({ writes: _, ...row }) => ({
          ...row,
          cells: [...row.cells],
          changes: [...row.changes],
          issues: [...row.issues],
        }))
        return ok({
          counts: countsOf(planned.value),
          header: [...header],
          ignored: [...ignored],
          rows: shown,
        })
      },
    ),
    defineQuery(
      {
        name: 'import.errors',
        title: 'The rows of an uploaded file that cannot be imported, as CSV with a column that says why',
        permission: admins,
        input: z.object(file),
        output: csvFile,
      },
      async ({ db }, input) => {
        const planned = await plan(db, input)
        if (!planned.ok) return planned
        const content = errorFile(planned.value)
        return ok({ fileName: `${input.kind}-errors.csv`, contentType: csvType, content })
      },
    ),
    defineQuery(
      {
        name: 'import.template',
        title: 'An empty list with all its columns and one example, as CSV',
        permission: admins,
        input: z.object({ kind }),
        output: csvFile,
      },
      async (_ctx, input) =>
        ok({
          fileName: `${input.kind}.csv`,
          contentType: csvType,
          content: templateFile(importKinds[input.kind]),
        }),
    ),
    listImports,
  ]
}

const listImports = defineQuery(
  {
    name: 'import.list',
    title: 'What was imported, newest first',
    permission: { roles: ['supervisor', 'auditor'] },
    input: z.object({}),
    output: z.object({
      imports: z.array(
        z.object({
          id: z.string(),
          kind: z.string(),
          name: z.string(),
          by: z.string(),
          rows: z.int(),
          createdAt: z.string(),
          undoneAt: z.string().nullable(),
        }),
      ),
    }),
  },
  async ({ db }) => {
    const rows = await db
      .selectFrom('import_batch as b')
      .selectAll('b')
      .select((e) =>
        e
          .selectFrom('import_row as r')
          .select((r) => r.fn.countAll<number>().as('n'))
          .whereRef('r.batchId', '=', 'b.id')
          .as('rows'),
      )
      .orderBy('b.createdAt', 'desc')
      .limit(200)
      .execute()
    return ok({
      imports: rows.map(({ id, kind, name, actor, rows: n, createdAt, undoneAt }) => ({
        id,
        kind,
        name,
        by: (actor as { name?: string; id: string }).name ?? (actor as { id: string }).id,
        rows: Number(n ?? 0),
        createdAt: createdAt.toISOString(),
        undoneAt: undoneAt?.toISOString() ?? null,
      })),
    })
  },
)

type ApplyInput = z.infer<typeof applyInput> & { readonly sheet?: Result<Sheet> }
const applyInput = z.object({ ...file, skipErrors: z.boolean().default(false) })

/** `import.apply` and `import.undo`. */
export function makeImportCommands({ media, returnTickets }: ImportPorts): Command[] {
  const apply = defineCommand<ApplyInput, { batchId: string | null; counts: z.infer<typeof counts> }>(
    {
      name: 'import.apply',
      title: 'Imports an uploaded file in one go; with wrong rows only when they are to be left out',
      permission: admins,
      input: applyInput as z.ZodType<ApplyInput>,
      output: z.object({ batchId: z.string().nullable(), counts }),
      // Read from the file again by whoever repeats the command.
      secret: ['sheet'],
      prepare: async (input) => ({ ...input, sheet: await sheetOf(media, input.hash) }),
    },
    async (ctx, { kind, fileName, skipErrors, sheet = refuse('not_found', { what: 'file' }) }) => {
      if (!sheet.ok) return sheet
      const importKind = importKinds[kind]
      const planned = await planImport(ctx.tx, importKind, sheet.value)
      if (!planned.ok) return planned
      const found = countsOf(planned.value)
      if (found.error > 0 && !skipErrors) return refuse('import.rows_wrong', { count: found.error })
      const ids = derivedIds(`${ctx.commandId} rows`)
      const writes = planned.value.rows.flatMap((row) => row.writes(ids))
      if (writes.length === 0) return ok({ value: { batchId: null, counts: found } })
      const batchId = await writeBatch(ctx, { kind, name: fileName || kind }, writes)
      const change = { action: 'import.apply', event: importKind.event, subject: 'import', id: batchId }
      return ok({ value: { batchId, counts: found }, events: await recordChange(ctx, change) })
    },
  )
  return [apply, makeUndo(returnTickets)]
}

const makeUndo = (returnTickets: ReturnTickets) =>
  defineCommand(
    {
      name: 'import.undo',
      title: 'Takes an import back; rows that were changed since or are in use stay and are named',
      permission: admins,
      input: z.object({ batchId: z.uuid() }),
      output: undoneSchema(),
    },
    async (ctx, { batchId }) => {
      const done = await undoBatch(ctx, batchId, returnTickets)
      if (!done.ok) return done
      const { undone, effects } = done.value
      const change = {
        action: 'import.undo',
        event: 'directory.changed' as const,
        subject: 'import',
        id: batchId,
      }
      const events = [...(await recordChange(ctx, change)), ...effects.events]
      return ok({ value: { ...undone, kept: [...undone.kept] }, events, jobs: effects.jobs })
    },
  )

/** What taking a batch back answers. */
export function undoneSchema() {
  return z.object({
    removed: z.int(),
    restored: z.int(),
    /** Tickets that wait for a dispatcher again, because whoever had them is gone. */
    returned: z.int(),
    kept: z.array(
      z.object({
        table: z.string(),
        rowId: z.string(),
        label: z.string(),
        reason: z.enum(['changed', 'in_use']),
        switchedOff: z.boolean(),
      }),
    ),
  })
}
