import { z } from 'zod'
import { type CommandContext, defineCommand, defineQuery } from '../../access/command.ts'
import { recordChange } from '../../audit/index.ts'
import { text } from '../../contract/text.ts'
import { ok, refuse } from '../../kernel/result.ts'
import { changeVersioned, json, type Tx } from '../../store/index.ts'
import { hoursSchema, missingYears, overridesSchema, parseCalendar } from '../calendar.ts'
import { everybody, saved, target, writers } from './permissions.ts'

const members = {
  name: text(80),
  /** IANA zone, e.g. Asia/Shanghai. */
  timeZone: text(60),
  hours: hoursSchema,
  overrides: overridesSchema,
  /** For ticket types that name no calendar; exactly one calendar is it. */
  isDefault: z.boolean(),
}

const told = (ctx: CommandContext, action: string, id: string) =>
  recordChange(ctx, { action, event: 'directory.changed', subject: 'calendar', id })

async function onlyDefault(tx: Tx, id: string): Promise<void> {
  await tx
    .updateTable('calendar')
    .set((e) => ({ isDefault: false, version: e('version', '+', 1) }))
    .where('isDefault', '=', true)
    .where('id', '!=', id)
    .execute()
}

const create = defineCommand(
  {
    name: 'calendar.create',
    title: 'Adds a business calendar',
    permission: writers,
    input: z.object({
      ...members,
      timeZone: members.timeZone.default('Asia/Shanghai'),
      overrides: members.overrides.default({ holidays: 'CN', days: {} }),
      isDefault: members.isDefault.default(false),
    }),
    output: saved,
  },
  async (ctx, input) => {
    const valid = parseCalendar(input)
    if (!valid.ok) return valid
    const id = ctx.ids.next()
    if (input.isDefault) await onlyDefault(ctx.tx, id)
    await ctx.tx
      .insertInto('calendar')
      .values({ id, ...input, hours: json(input.hours), overrides: json(input.overrides) })
      .execute()
    return ok({ value: { id, version: 1 }, events: await told(ctx, 'calendar.create', id) })
  },
)

const update = defineCommand(
  {
    name: 'calendar.update',
    title: 'Changes a business calendar: hours, exceptions by date, holidays; what is left out stays',
    permission: writers,
    input: z.object({ ...target, ...z.object(members).partial().shape }),
    output: saved,
  },
  async (ctx, { id, version, ...change }) => {
    const before = await ctx.tx
      .selectFrom('calendar')
      .selectAll()
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst()
    if (!before) return refuse('not_found', { what: 'calendar' })
    if (before.isDefault && change.isDefault === false) return refuse('directory.default_calendar')
    const valid = parseCalendar({ ...before, ...change })
    if (!valid.ok) return valid
    if (change.isDefault) await onlyDefault(ctx.tx, id)
    const { hours, overrides, ...plain } = change
    const row = {
      ...plain,
      ...(hours === undefined ? {} : { hours: json(hours) }),
      ...(overrides === undefined ? {} : { overrides: json(overrides) }),
    }
    const changed = await changeVersioned(ctx.tx, 'calendar', { id, version }, row)
    if (!changed.ok) return changed
    return ok({ value: { id, version: changed.value }, events: await told(ctx, 'calendar.update', id) })
  },
)

const remove = defineCommand(
  {
    name: 'calendar.remove',
    title: 'Removes a business calendar that no ticket type uses and that is not the default',
    permission: writers,
    input: z.object(target),
    output: z.object({}),
  },
  async (ctx, { id, version }) => {
    const calendar = await ctx.tx
      .selectFrom('calendar')
      .select('isDefault')
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst()
    // Types without a calendar would count every hour of the day from then on.
    if (calendar?.isDefault) return refuse('directory.default_calendar')
    const user = await ctx.tx
      .selectFrom('ticket_type')
      .select('id')
      .where('calendarId', '=', id)
      .executeTakeFirst()
    if (user) return refuse('conflict.in_use', { what: 'calendar' })
    const gone = await ctx.tx
      .deleteFrom('calendar')
      .where('id', '=', id)
      .where('version', '=', version)
      .returning('id')
      .executeTakeFirst()
    if (!gone) return refuse('conflict.version')
    return ok({ value: {}, events: await told(ctx, 'calendar.remove', id) })
  },
)

const list = defineQuery(
  {
    name: 'calendar.list',
    title: 'Business calendars, with a warning for each year whose holidays are not known yet',
    permission: everybody,
    input: z.object({}),
    output: z.object({
      calendars: z.array(
        z.object({
          id: z.string(),
          ...members,
          name: z.string(),
          timeZone: z.string(),
          warnings: z.array(z.object({ year: z.int(), zh: z.string(), en: z.string() })),
          version: z.int(),
        }),
      ),
    }),
  },
  async ({ db, nowMs }) => {
    const rows = await db.selectFrom('calendar').selectAll().orderBy('name').execute()
    return ok({
      calendars: rows.map((row) => {
        const calendar = parseCalendar(row)
        return {
          ...row,
          hours: row.hours as z.infer<typeof hoursSchema>,
          overrides: overridesSchema.parse(row.overrides),
          warnings: calendar.ok ? [...missingYears(calendar.value, nowMs)] : [],
        }
      }),
    })
  },
)

export const calendarCommands = [create, update, remove]
export const calendarQueries = [list]
