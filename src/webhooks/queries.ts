import { z } from 'zod'
import { defineQuery, type Query } from '../access/index.ts'
import { ok } from '../kernel/result.ts'
import { sql } from '../store/index.ts'
import { openedSecrets, type WebhookPorts } from './ports.ts'
import { tellableTypes } from './subscribe.ts'

const see = { roles: ['supervisor', 'auditor'] } as const
const states = ['queued', 'sent', 'dead'] as const

const endpoint = z.object({
  id: z.string(),
  name: z.string(),
  url: z.string(),
  events: z.array(z.string()),
  enabled: z.boolean(),
  version: z.int(),
  /** How many secrets are valid now; more than one during a rotation, none when they cannot be decrypted any more. */
  secrets: z.int(),
  waiting: z.int(),
  dead: z.int(),
  lastSentAt: z.string().nullable(),
})

function listQuery({ secrets }: WebhookPorts): Query {
  return defineQuery(
    {
      name: 'webhook.list',
      title: 'Endpoints with the state of their deliveries, and the event types that can be asked for',
      permission: see,
      input: z.object({}),
      output: z.object({ endpoints: z.array(endpoint), eventTypes: z.array(z.string()) }),
    },
    async ({ db }) => {
      const rows = await db.selectFrom('webhook_endpoint').selectAll().orderBy('createdAt').execute()
      const counts = await sql<{
        endpointId: string
        waiting: number
        dead: number
        lastSentAt: Date | null
      }>`
        select "endpointId", (count(*) filter (where "state" = 'queued'))::int as waiting,
          (count(*) filter (where "state" = 'dead'))::int as dead, max("sentAt") as "lastSentAt"
        from webhook_delivery group by 1`.execute(db)
      const byId = new Map(counts.rows.map((c) => [c.endpointId, c]))
      const endpoints = rows.map(({ id, name, url, events, enabled, version, ...row }) => ({
        ...{ id, name, url, events, enabled, version },
        secrets: openedSecrets(secrets, id, row.secrets)?.length ?? 0,
        waiting: byId.get(id)?.waiting ?? 0,
        dead: byId.get(id)?.dead ?? 0,
        lastSentAt: byId.get(id)?.lastSentAt?.toISOString() ?? null,
      }))
      return ok({ endpoints, eventTypes: [...tellableTypes] })
    },
  )
}

const delivery = z.object({
  id: z.string(),
  endpointId: z.string(),
  type: z.string(),
  state: z.enum(states),
  attempts: z.int(),
  status: z.int().nullable(),
  lastError: z.string().nullable(),
  createdAt: z.string(),
  sentAt: z.string().nullable(),
  body: z.record(z.string(), z.unknown()),
})

const deliveriesQuery = defineQuery(
  {
    name: 'webhook.deliveries',
    title: 'Deliveries of an endpoint, newest event first',
    permission: see,
    input: z.object({
      endpointId: z.uuid(),
      state: z.enum(states).optional(),
      /** `next` of the page before. */
      before: z.coerce.number().int().optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    output: z.object({ deliveries: z.array(delivery), next: z.int().nullable() }),
  },
  async ({ db }, input) => {
    let find = db
      .selectFrom('webhook_delivery')
      .selectAll()
      .orderBy('eventId', 'desc')
      .where('endpointId', '=', input.endpointId)
      .limit(input.limit + 1)
    if (input.state) find = find.where('state', '=', input.state)
    if (input.before !== undefined) find = find.where('eventId', '<', input.before)
    const found = await find.execute()
    const page = found.slice(0, input.limit)
    return ok({
      deliveries: page.map((row) => ({
        id: row.id,
        endpointId: row.endpointId,
        type: String((row.body as { type?: unknown }).type),
        state: row.state as (typeof states)[number],
        attempts: row.attempts,
        status: row.status,
        lastError: row.lastError,
        createdAt: row.createdAt.toISOString(),
        sentAt: row.sentAt?.toISOString() ?? null,
        body: row.body as Record<string, unknown>,
      })),
      next: found.length > input.limit ? page.at(-1)!.eventId : null,
    })
  },
)

/** What can be asked about webhooks. */
export function makeWebhookQueries(ports: WebhookPorts): Query[] {
  return [listQuery(ports), deliveriesQuery]
}
