import { z } from 'zod'
import { verifyAudit } from '../audit/index.ts'
import type { JsonValue } from '../kernel/json.ts'
import { ok } from '../kernel/result.ts'
import { sql } from '../store/index.ts'
import { defineQuery, type Query } from './command.ts'

const entry = z.object({
  id: z.number().int(),
  at: z.string(),
  actor: z.json(),
  action: z.string(),
  resource: z.string(),
  detail: z.json(),
  /** Place in the day's chain; null until the writer came by. */
  day: z.string().nullable(),
  seq: z.number().int().nullable(),
  digest: z.string().nullable(),
})

const list = defineQuery(
  {
    name: 'audit.list',
    title: 'Who saw or changed what, newest first',
    permission: { roles: ['admin', 'auditor'] },
    input: z.object({
      /** Only entries of this actor's id. */
      actorId: z.string().max(100).optional(),
      action: z.string().max(100).optional(),
      resource: z.string().max(200).optional(),
      fromMs: z.number().int().optional(),
      toMs: z.number().int().optional(),
      /** Continue below this id. */
      before: z.number().int().optional(),
      limit: z.number().int().min(1).max(500).default(100),
    }),
    output: z.object({ entries: z.array(entry), next: z.number().int().nullable() }),
  },
  async ({ db }, input) => {
    let query = db
      .selectFrom('audit_log')
      .select(['id', 'at', 'actor', 'action', 'resource', 'detail', 'seq', 'digest'])
      .select(sql<string | null>`to_char("day", 'YYYY-MM-DD')`.as('day'))
      .orderBy('id', 'desc')
      .limit(input.limit)
    if (input.actorId) query = query.where(sql`actor->>'id'`, '=', input.actorId)
    if (input.action) query = query.where('action', '=', input.action)
    if (input.resource) query = query.where('resource', '=', input.resource)
    if (input.fromMs !== undefined) query = query.where('at', '>=', new Date(input.fromMs))
    if (input.toMs !== undefined) query = query.where('at', '<', new Date(input.toMs))
    if (input.before !== undefined) query = query.where('id', '<', input.before)
    const rows = await query.execute()
    return ok({
      entries: rows.map((row) => ({
        ...row,
        at: row.at.toISOString(),
        actor: row.actor as JsonValue,
        detail: row.detail as JsonValue,
      })),
      next: rows.length === input.limit ? rows.at(-1)!.id : null,
    })
  },
)

const verify = defineQuery(
  {
    name: 'audit.verify',
    title: 'Computes the chain of the audit log again',
    permission: { roles: ['admin', 'auditor'] },
    input: z.object({}),
    output: z.object({
      rows: z.number().int(),
      days: z.number().int(),
      waiting: z.number().int(),
      head: z.string(),
      broken: z.object({ day: z.string(), seq: z.number().int(), id: z.number().int() }).nullable(),
    }),
  },
  async ({ db }) => ok(await verifyAudit(db)),
)

/** What auditors may ask. */
export const auditQueries: readonly Query[] = [list, verify]
