import { z } from 'zod'
import { verifyAudit } from '../audit/index.ts'
import type { JsonValue } from '../kernel/json.ts'
import { ok } from '../kernel/result.ts'
import { sql } from '../store/index.ts'
import { namedBy, namesOf } from './audit-names.ts'
import { defineQuery, type Query } from './command.ts'

const entry = z.object({
  id: z.number().int(),
  at: z.string(),
  actor: z.json(),
  /** Name of the actor; the ticket's number for a customer by link, null for the hub itself. */
  actorName: z.string().nullable(),
  action: z.string(),
  resource: z.string(),
  /** What people call the resource: a name, a ticket's number; null where it has none or is gone. */
  resourceName: z.string().nullable(),
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
      /** As the log has it, `ticket:<id>`, or the number of a ticket. */
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
    const { resource } = input
    if (resource)
      query = query.where((e) =>
        e.or([
          e('resource', '=', resource),
          e(
            'resource',
            'in',
            e
              .selectFrom('ticket')
              .select(sql<string>`'ticket:' || "id"`.as('resource'))
              .where('number', '=', resource.trim().toUpperCase()),
          ),
        ]),
      )
    if (input.fromMs !== undefined) query = query.where('at', '>=', new Date(input.fromMs))
    if (input.toMs !== undefined) query = query.where('at', '<', new Date(input.toMs))
    if (input.before !== undefined) query = query.where('id', '<', input.before)
    const rows = await query.execute()
    const names = await namesOf(
      db,
      rows.flatMap((row) => [row.resource, namedBy(row.actor) ?? '']),
    )
    return ok({
      entries: rows.map((row) => ({
        ...row,
        at: row.at.toISOString(),
        actor: row.actor as JsonValue,
        actorName: (row.actor as { name?: string }).name ?? names.get(namedBy(row.actor) ?? '') ?? null,
        resourceName: names.get(row.resource) ?? null,
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
