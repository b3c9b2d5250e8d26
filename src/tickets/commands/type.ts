import { z } from 'zod'
import { type CommandContext, defineCommand, defineQuery } from '../../access/command.ts'
import { recordChange } from '../../audit/index.ts'
import { text } from '../../contract/text.ts'
import { canonicalJson } from '../../kernel/hash.ts'
import { ok, type Result, refuse } from '../../kernel/result.ts'
import { changeVersioned, json, type Tx } from '../../store/index.ts'
import { diff, emptyForm, type Form, parseForm, shownForm } from '../form.ts'
import { longestPromiseMs } from '../sla.ts'

const writers = { roles: ['admin'] } as const
const saved = z.object({ id: z.string(), version: z.int(), formVersion: z.int() })
const promise = z.int().min(60_000).max(longestPromiseMs)

const members = {
  name: z.object({ zh: text(80), en: text(80) }),
  /** A JSON Schema object with bilingual titles (src/tickets/form.ts). */
  form: z.json(),
  /** Business milliseconds; a promise that is left out is not made. */
  sla: z.strictObject({
    firstResponse: promise.optional(),
    arrival: promise.optional(),
    resolution: promise.optional(),
  }),
  calendarId: z.uuid().nullable(),
  isDefault: z.boolean(),
}

const told = (ctx: CommandContext, action: string, id: string) =>
  recordChange(ctx, { action, event: 'catalogue.changed', subject: 'ticketType', id })

async function onlyDefault(tx: Tx, id: string): Promise<void> {
  await tx
    .updateTable('ticket_type')
    .set((e) => ({ isDefault: false, version: e('version', '+', 1) }))
    .where('isDefault', '=', true)
    .where('id', '!=', id)
    .execute()
}

async function knownCalendar(tx: Tx, id: string | null | undefined): Promise<Result<null>> {
  if (!id) return ok(null)
  const calendar = await tx.selectFrom('calendar').select('id').where('id', '=', id).executeTakeFirst()
  return calendar ? ok(null) : refuse('not_found', { what: 'calendar' })
}

const create = defineCommand(
  {
    name: 'ticketType.create',
    title: 'Adds a kind of ticket with its form and promises',
    permission: writers,
    input: z.object({
      key: z.string().regex(/^[a-z][a-z0-9_-]{0,39}$/),
      name: members.name,
      form: members.form.default(emptyForm),
      sla: members.sla.default({}),
      calendarId: members.calendarId.default(null),
      isDefault: members.isDefault.default(false),
    }),
    output: saved,
  },
  async (ctx, { name, form, sla, ...row }) => {
    const read = parseForm(form)
    if (!read.ok) return read
    const calendar = await knownCalendar(ctx.tx, row.calendarId)
    if (!calendar.ok) return calendar
    const id = ctx.ids.next()
    if (row.isDefault) await onlyDefault(ctx.tx, id)
    await ctx.tx
      .insertInto('ticket_type')
      .values({ id, ...row, name: json(name), form: json(read.value), sla: json(sla) })
      .execute()
    const value = { id, version: 1, formVersion: 1 }
    return ok({ value, events: await told(ctx, 'ticketType.create', id) })
  },
)

const update = defineCommand(
  {
    name: 'ticketType.update',
    title:
      'Changes a kind of ticket; another form becomes its next version, and tickets keep the version they have',
    permission: writers,
    input: z.object({
      id: z.uuid(),
      version: z.int().min(1),
      ...z.object({ ...members, active: z.boolean() }).partial().shape,
    }),
    output: saved.extend({
      /** What the new form does differently. */
      changes: z.array(z.object({ name: z.string(), what: z.string(), breaking: z.boolean() })),
    }),
  },
  async (ctx, { id, version, name, form, sla, ...row }) => {
    const before = await ctx.tx
      .selectFrom('ticket_type')
      .selectAll()
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst()
    if (!before) return refuse('not_found', { what: 'ticket type' })
    if (before.isDefault && (row.isDefault === false || row.active === false)) {
      return refuse('ticket.default_type')
    }
    const read = parseForm(form ?? before.form)
    if (!read.ok) return read
    const calendar = await knownCalendar(ctx.tx, row.calendarId)
    if (!calendar.ok) return calendar
    if (row.isDefault) await onlyDefault(ctx.tx, id)
    const next = nextForm(before, read.value)
    const change = {
      ...row,
      ...(name ? { name: json(name) } : {}),
      ...(sla ? { sla: json(sla) } : {}),
      ...(next ? { form: json(next.form), formVersion: next.formVersion } : {}),
    }
    const changed = await changeVersioned(ctx.tx, 'ticket_type', { id, version }, change)
    if (!changed.ok) return changed
    const formVersion = next?.formVersion ?? before.formVersion
    const value = { id, version: changed.value, formVersion, changes: next?.changes ?? [] }
    return ok({ value, events: await told(ctx, 'ticketType.update', id) })
  },
)

/** The next version of a form; null when nothing in it changed. */
function nextForm(before: { readonly form: unknown; readonly formVersion: number }, form: Form) {
  const old = parseForm(before.form)
  if (old.ok && canonicalJson(old.value) === canonicalJson(form)) return null
  return { form, formVersion: before.formVersion + 1, changes: old.ok ? diff(old.value, form) : [] }
}

const remove = defineCommand(
  {
    name: 'ticketType.remove',
    title: 'Takes a kind of ticket out of use; tickets that have it keep it',
    permission: writers,
    input: z.object({ id: z.uuid(), version: z.int().min(1) }),
    output: z.object({ id: z.string(), version: z.int() }),
  },
  async (ctx, { id, version }) => {
    const row = await ctx.tx
      .selectFrom('ticket_type')
      .select('isDefault')
      .where('id', '=', id)
      .executeTakeFirst()
    if (row?.isDefault) return refuse('ticket.default_type')
    const changed = await changeVersioned(ctx.tx, 'ticket_type', { id, version }, { active: false })
    if (!changed.ok) return changed
    return ok({ value: { id, version: changed.value }, events: await told(ctx, 'ticketType.remove', id) })
  },
)

const list = defineQuery(
  {
    name: 'ticketType.list',
    title: 'Kinds of ticket with their forms and promises',
    permission: {
      roles: ['supervisor', 'agent', 'dispatcher', 'engineer', 'auditor'],
      scopes: ['tickets:read'],
    },
    input: z.object({ includeInactive: z.boolean().default(false) }),
    output: z.object({
      types: z.array(
        z.object({
          id: z.string(),
          key: z.string(),
          name: z.object({ zh: z.string(), en: z.string() }),
          form: z.json(),
          formVersion: z.int(),
          sla: z.record(z.string(), z.number()),
          calendarId: z.string().nullable(),
          isDefault: z.boolean(),
          active: z.boolean(),
          version: z.int(),
        }),
      ),
    }),
  },
  async ({ db }, { includeInactive }) => {
    const rows = await db
      .selectFrom('ticket_type')
      .selectAll()
      .$if(!includeInactive, (q) => q.where('active', '=', true))
      .orderBy('key')
      .execute()
    return ok({
      types: rows.map((row) => ({
        ...row,
        name: row.name as { zh: string; en: string },
        sla: row.sla as Record<string, number>,
        form: shownForm(row.form),
      })),
    })
  },
)

/** Commands on kinds of ticket. */
export const typeCommands = [create, update, remove]
/** Queries on kinds of ticket. */
export const typeQueries = [list]
