import { z } from 'zod'
import { defineQuery, type Query } from '../access/index.ts'
import type { Outbound, ProviderCall } from '../contract/channel.ts'
import { ok } from '../kernel/result.ts'
import type { Reader } from '../store/index.ts'
import { outboxSettings, outboxSettingsSchema } from './settings.ts'
import { builtInTexts } from './templates.ts'

const states = ['queued', 'sending', 'sent', 'failed', 'unknown', 'cancelled'] as const

const part = z.object({
  ordinal: z.int(),
  label: z.string(),
  state: z.enum(states),
  attempts: z.int(),
  /** True when it was sent again after its outcome was unknown: the receiver may have it twice. */
  repeated: z.boolean(),
  lastError: z.string().nullable(),
  sentAt: z.string().nullable(),
})

const row = z.object({
  id: z.string(),
  state: z.enum(states),
  accountId: z.string(),
  conversationId: z.string().nullable(),
  ticketId: z.string().nullable(),
  messageId: z.string().nullable(),
  reference: z.string(),
  automatic: z.boolean(),
  createdAt: z.string(),
  doneAt: z.string().nullable(),
  parts: z.array(part),
})

const listInput = z.object({
  /** Default: what needs a person (failed, unknown). */
  states: z
    .union([z.enum(states).transform((s) => [s]), z.array(z.enum(states))])
    .default(['failed', 'unknown']),
  accountId: z.uuid().optional(),
  conversationId: z.uuid().optional(),
  /** `next` of the page before. */
  before: z.coerce.number().int().optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})

const listQuery = defineQuery(
  {
    name: 'outbox.list',
    title: 'Outgoing messages, newest first; without a filter those that need a person',
    permission: { roles: ['agent', 'supervisor', 'dispatcher', 'auditor'] },
    input: listInput,
    output: z.object({ messages: z.array(row), next: z.int().nullable() }),
  },
  async ({ db }, input) => {
    let find = db
      .selectFrom('outbox_message')
      .selectAll()
      .where('state', 'in', input.states)
      .orderBy('seq', 'desc')
      .limit(input.limit + 1)
    if (input.accountId) find = find.where('accountId', '=', input.accountId)
    if (input.conversationId) find = find.where('conversationId', '=', input.conversationId)
    if (input.before !== undefined) find = find.where('seq', '<', input.before)
    const found = await find.execute()
    const page = found.slice(0, input.limit)
    const parts = await partsOf(
      db,
      page.map((m) => m.id),
    )
    const messages = page.map((m) => ({
      id: m.id,
      state: m.state,
      accountId: m.accountId,
      conversationId: m.conversationId,
      ticketId: m.ticketId,
      messageId: m.messageId,
      reference: (m.content as unknown as Outbound).reference,
      automatic: m.automatic,
      createdAt: m.createdAt.toISOString(),
      doneAt: m.doneAt?.toISOString() ?? null,
      parts: parts.get(m.id) ?? [],
    }))
    return ok({ messages, next: found.length > input.limit ? page.at(-1)!.seq : null })
  },
)

async function partsOf(db: Reader, ids: readonly string[]): Promise<Map<string, z.infer<typeof part>[]>> {
  const byMessage = new Map<string, z.infer<typeof part>[]>()
  if (ids.length === 0) return byMessage
  const rows = await db
    .selectFrom('outbox_part')
    .selectAll()
    .where('outboxId', 'in', [...ids])
    .orderBy('ordinal')
    .execute()
  for (const p of rows) {
    const shown = {
      ordinal: p.ordinal,
      label: (p.call as unknown as ProviderCall).label,
      state: p.state,
      attempts: p.attempts,
      repeated: p.unknownRetries > 0,
      lastError: p.lastError,
      sentAt: p.sentAt?.toISOString() ?? null,
    }
    byMessage.set(p.outboxId, [...(byMessage.get(p.outboxId) ?? []), shown])
  }
  return byMessage
}

const settingsQuery = defineQuery(
  {
    name: 'outbox.settings',
    title: 'Limits and texts of what the hub says by itself, and the texts it has by nature',
    permission: { roles: ['admin', 'supervisor'] },
    input: z.object({}),
    output: z.object({
      settings: outboxSettingsSchema,
      builtIn: z.record(z.string(), z.object({ zh: z.string(), en: z.string() })),
    }),
  },
  async ({ db }) => ok({ settings: await outboxSettings(db), builtIn: { ...builtInTexts } }),
)

/** What can be asked about the outbox. */
export const queries: Query[] = [listQuery, settingsQuery]
