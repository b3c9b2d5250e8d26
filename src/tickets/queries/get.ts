import { z } from 'zod'
import { can } from '../../access/can.ts'
import { defineQuery } from '../../access/command.ts'
import { risks } from '../../contract/labels.ts'
import { intents, sentiments, ticketStatuses, urgencies } from '../../contract/ticket.ts'
import type { JsonValue } from '../../kernel/json.ts'
import { ok, type Result, refuse } from '../../kernel/result.ts'
import { type Reader, sql } from '../../store/index.ts'
import { readers } from '../access.ts'
import { readClocks } from '../clocks.ts'
import { shownForm } from '../form.ts'
import { labelSchema, readLabels } from '../labels.ts'
import { type CommandName, commandsFor, permissions } from '../lifecycle.ts'
import { parseTicketNumber } from '../number.ts'
import { readingSchema } from '../reading.ts'
import { readTimeline } from '../record.ts'
import { readTicket, type Ticket } from '../row.ts'
import { clockKinds } from '../sla.ts'
import { stateOf } from '../state.ts'
import { moodsOf, moodsView } from './moods.ts'
import { isAccepted, offersOf, offerView } from './offers.ts'

const id = z.uuid()
const moment = z.int().nullable()
const text = z.string().nullable()

const field = readingSchema.extend({
  suggestion: readingSchema.optional(),
  refused: z.array(z.json()).optional(),
})
const named = z.object({ id, name: z.string() }).nullable()
const other = z.object({
  id,
  number: z.string(),
  status: z.enum(ticketStatuses),
  /** Assigned, and its engineer took the offer. */
  accepted: z.boolean(),
  intent: z.enum(intents),
  summary: z.string(),
  createdAtMs: z.int(),
})
const commandNames = Object.keys(permissions) as [CommandName, ...CommandName[]]

/** Everything about one ticket. Times are ms since the epoch. */
const wholeTicket = z.object({
  id,
  number: z.string(),
  status: z.enum(ticketStatuses),
  version: z.int(),
  type: z.object({ id, key: z.string(), name: z.json(), form: z.json(), formVersion: z.int() }),
  formVersion: z.int(),
  fields: z.record(z.string(), field),
  custom: z.record(z.string(), field),
  intent: z.enum(intents),
  urgency: z.enum(urgencies),
  sentiment: z.enum(sentiments),
  summary: z.string(),
  channel: z.string(),
  lang: z.string(),
  tier: text,
  contact: z
    .object({ id, name: text, phone: text, email: text, company: text, tier: text, note: text })
    .nullable(),
  device: z
    .object({
      id,
      serialNumber: z.string(),
      model: text,
      category: text,
      customerName: text,
      installedAtMs: moment,
      warrantyUntilMs: moment,
    })
    .nullable(),
  group: named,
  assignee: named,
  /** Paths of the tree of tags, with the words that decided them. */
  tags: z.array(labelSchema(z.string())),
  risks: z.array(labelSchema(z.enum(risks))),
  moods: moodsView,
  expedited: z.int(),
  /** Since when its customer waits to hear that it is cancelled. */
  cancelAskedAtMs: moment,
  createdBy: z.json(),
  createdAtMs: z.int(),
  updatedAtMs: z.int(),
  resolvedAtMs: moment,
  closedAtMs: moment,
  holdUntilMs: moment,
  clocks: z.array(
    z.object({
      kind: z.enum(clockKinds),
      state: z.enum(['running', 'paused', 'met', 'breached']),
      startedAtMs: z.int(),
      dueAtMs: moment,
      targetMs: z.int(),
      remainingMs: moment,
      metAtMs: moment,
      breachedAtMs: moment,
    }),
  ),
  timeline: z.array(
    z.object({
      seq: z.int(),
      type: z.string(),
      atMs: z.int(),
      actor: z.json(),
      /** Null after erasure. */
      payload: z.json(),
    }),
  ),
  conversations: z.array(z.object({ id, channel: z.string(), state: z.string(), lastMessageAtMs: z.int() })),
  links: z.array(other.extend({ kind: z.enum(['related', 'duplicate', 'follow-up', 'followed-by']) })),
  parent: other.nullable(),
  children: z.array(other),
  mergedInto: other.nullable(),
  merged: z.array(other),
  /** The same customer's newest other tickets. */
  history: z.array(other),
  offers: z.array(offerView),
  /** Commands of the lifecycle that the actor may give now. */
  commands: z.array(z.enum(commandNames)),
  /** Required form fields that keep it from being resolved. */
  missing: z.array(z.object({ name: z.string(), zh: z.string(), en: z.string() })),
})

/** What `ticket.get` answers. */
export type WholeTicket = z.infer<typeof wholeTicket>
type Other = z.infer<typeof other>
type Kin = Other & { readonly kin: string }

/** Tickets around one, each with what it is to it. */
async function kinOf(db: Reader, ticket: Ticket): Promise<Kin[]> {
  const found = await sql<Kin>`
    select o."id", o."number", o."status", ${isAccepted('o')} as "accepted", o."intent", left(o."summary", 120) as "summary",
      (extract(epoch from o."createdAt") * 1000)::bigint as "createdAtMs", k.kin
    from (
      select case when l."kind" = 'follow-up' and l."bId" = ${ticket.id} then 'followed-by' else l."kind" end as kin,
        case when l."aId" = ${ticket.id} then l."bId" else l."aId" end as id
        from ticket_link l where ${ticket.id} in (l."aId", l."bId")
      union all select 'parent', ${ticket.parentId}::uuid
      union all select 'into', ${ticket.mergedIntoId}::uuid
      union all select 'child', "id" from ticket where "parentId" = ${ticket.id}
      union all select 'merged', "id" from ticket where "mergedIntoId" = ${ticket.id}
      union all (select 'history', "id" from ticket where "contactId" = ${ticket.contactId}::uuid
        and "id" <> ${ticket.id} order by "createdAt" desc limit 5)
    ) k join ticket o on o."id" = k.id order by o."createdAt" desc, o."id"`.execute(db)
  return found.rows
}

async function conversationsOf(db: Reader, ticketId: string) {
  const rows = await db
    .selectFrom('conversation_ticket as l')
    .innerJoin('conversation as c', 'c.id', 'l.conversationId')
    .select(['c.id', 'c.channel', 'c.state', 'c.lastMessageAt'])
    .where('l.ticketId', '=', ticketId)
    .orderBy('c.openedAt')
    .orderBy('c.id')
    .execute()
  return rows.map(({ lastMessageAt, ...row }) => ({ ...row, lastMessageAtMs: lastMessageAt.getTime() }))
}

const at = (date: Date | null) => date?.getTime() ?? null

async function contextOf(db: Reader, ticket: Ticket) {
  const byId = <T extends 'skill_group' | 'staff'>(table: T, key: string | null) =>
    key
      ? db
          .selectFrom(table as 'staff')
          .select(['id', 'name'])
          .where('id', '=', key)
          .executeTakeFirst()
      : undefined
  const contact = ticket.contactId
    ? await db
        .selectFrom('contact')
        .select(['id', 'name', 'phone', 'email', 'company', 'tier', 'note'])
        .where('id', '=', ticket.contactId)
        .executeTakeFirst()
    : undefined
  const device = ticket.deviceId
    ? await db.selectFrom('device').selectAll().where('id', '=', ticket.deviceId).executeTakeFirst()
    : undefined
  const type = await db
    .selectFrom('ticket_type')
    .select(['id', 'key', 'name', 'form', 'formVersion'])
    .where('id', '=', ticket.typeId)
    .executeTakeFirstOrThrow()
  return {
    type: { ...type, name: type.name as JsonValue, form: shownForm(type.form) },
    contact: contact ?? null,
    device: device
      ? {
          id: device.id,
          serialNumber: device.serialNumber,
          model: device.model,
          category: device.category,
          customerName: device.customerName,
          installedAtMs: at(device.installedAt),
          warrantyUntilMs: at(device.warrantyUntil),
        }
      : null,
    group: (await byId('skill_group', ticket.groupId)) ?? null,
    assignee: (await byId('staff', ticket.assigneeId)) ?? null,
  }
}

function columnsOf(ticket: Ticket) {
  const { number, status, version, formVersion, fields, custom, intent, urgency, sentiment } = ticket
  const { summary, channel, lang, tier, expedited, createdBy } = ticket
  return {
    ...{ id: ticket.id, number, status, version, formVersion, intent, urgency, sentiment },
    ...{ summary, channel, lang, tier, expedited },
    fields: fields as WholeTicket['fields'],
    custom: custom as WholeTicket['custom'],
    createdBy: createdBy as unknown as JsonValue,
    createdAtMs: ticket.createdAt.getTime(),
    updatedAtMs: ticket.updatedAt.getTime(),
    resolvedAtMs: at(ticket.resolvedAt),
    closedAtMs: at(ticket.closedAt),
    holdUntilMs: at(ticket.holdUntil),
    cancelAskedAtMs: at(ticket.cancelAskedAt),
  }
}

function labelsOf(ticket: Ticket): Pick<WholeTicket, 'tags' | 'risks'> {
  const { tags, risks: risky } = readLabels(ticket.labels)
  return {
    tags: tags.map((label) => ({ ...label, evidence: [...label.evidence] })),
    risks: risky.map((label) => ({ ...label, evidence: [...label.evidence] })),
  }
}

function sorted(kin: readonly Kin[]) {
  const of = (name: string) => kin.filter((k) => k.kin === name).map(({ kin: _kin, ...ticket }) => ticket)
  const kinds = ['related', 'duplicate', 'follow-up', 'followed-by'] as const
  return {
    links: kinds.flatMap((kind) => of(kind).map((ticket) => ({ ...ticket, kind }))),
    parent: of('parent')[0] ?? null,
    children: of('child'),
    mergedInto: of('into')[0] ?? null,
    merged: of('merged'),
    history: of('history'),
  }
}

/** The id behind what a page was asked for: an id, or a number as people write it. */
async function idOf(db: Reader, asked: string): Promise<Result<string>> {
  if (z.uuid().safeParse(asked).success) return ok(asked)
  const number = parseTicketNumber(asked)
  const row = number
    ? await db.selectFrom('ticket').select('id').where('number', '=', number).executeTakeFirst()
    : undefined
  return row ? ok(row.id) : refuse('not_found', { what: 'ticket' })
}

export const getTicket = defineQuery(
  {
    name: 'ticket.get',
    title: 'Everything about one ticket, by id or number',
    permission: { ...readers, also: ['card'] },
    input: z.object({ ticketId: z.string().min(1).max(40) }),
    output: wholeTicket,
    audit: (input) => `ticket:${input.ticketId}`,
  },
  async ({ db, actor }, input) => {
    const key = await idOf(db, input.ticketId)
    if (!key.ok) return key
    const read = await readTicket(db, key.value, actor)
    if (!read.ok) return read
    const ticket = read.value
    const state = await stateOf(db, ticket)
    const timeline = await readTimeline(db, ticket.id)
    return ok({
      ...columnsOf(ticket),
      ...(await contextOf(db, ticket)),
      ...sorted(await kinOf(db, ticket)),
      clocks: await readClocks(db, ticket.id),
      timeline: timeline.map(({ seq, type, atMs, actor: by, payload }) => ({
        ...{ seq, type, atMs, payload },
        actor: by,
      })),
      ...labelsOf(ticket),
      moods: await moodsOf(db, ticket.id),
      conversations: await conversationsOf(db, ticket.id),
      offers: await offersOf(db, ticket.id),
      commands: commandsFor(state, actor, (permission) => can(actor, permission)),
      missing: [...state.missing],
    })
  },
)
