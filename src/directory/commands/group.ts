import { z } from 'zod'
import { type CommandContext, defineCommand, defineQuery } from '../../access/command.ts'
import { recordChange } from '../../audit/index.ts'
import { both } from '../../contract/faults.ts'
import { names, text } from '../../contract/text.ts'
import { intents } from '../../contract/ticket.ts'
import { ok, type Result, refuse } from '../../kernel/result.ts'
import { changeVersioned, json, type Tx } from '../../store/index.ts'
import { hoursSchema } from '../calendar.ts'
import { findRegions } from '../regions.ts'
import { everybody, saved, target, writers } from './permissions.ts'

const anyOr = (values: readonly string[]) => (value: string) => value === '*' || values.includes(value)

/** Members of a skill group, each with what it accepts. */
export const groupMembers = {
  name: text(80),
  /** Tried first for critical tickets. */
  emergency: z.boolean(),
  /** Takes what no other group fits; exactly one group is it. */
  isDefault: z.boolean(),
  /** `*` for any. */
  intents: names().refine(
    (list) => list.every(anyOr(intents)),
    both('有一个意图不存在', 'an unknown intent'),
  ),
  /** Product categories; `*` for any. */
  skills: names(),
  /** Names or codes of divisions; `CN` for everywhere. */
  regions: names(1000).refine(
    (list) => list.every((spec) => findRegions(spec).length > 0),
    both('有一个省、市或区县不存在', 'an unknown province, city or district'),
  ),
  languages: names(20, 8),
  /** Empty: any. */
  tiers: names(20),
  channels: names(50),
  hours: hoursSchema,
  /** Open tickets it takes; null for any number. */
  capacity: z.int().min(0).max(1_000_000).nullable(),
}

const newGroup = z.object({
  ...groupMembers,
  emergency: groupMembers.emergency.default(false),
  isDefault: groupMembers.isDefault.default(false),
  intents: groupMembers.intents.default(['*']),
  skills: groupMembers.skills.default(['*']),
  regions: groupMembers.regions.default(['CN']),
  languages: groupMembers.languages.default(['zh']),
  tiers: groupMembers.tiers.default([]),
  channels: groupMembers.channels.default([]),
  hours: groupMembers.hours.default('24x7'),
  capacity: groupMembers.capacity.default(null),
})

const told = (ctx: CommandContext, action: string, id: string, given?: object) =>
  recordChange(ctx, {
    action,
    event: 'directory.changed',
    subject: 'group',
    id,
    ...(given ? { members: Object.keys(given) } : {}),
  })

/** The default group before gives the place up. */
async function onlyDefault(tx: Tx, id: string): Promise<void> {
  await tx
    .updateTable('skill_group')
    .set((e) => ({ isDefault: false, version: e('version', '+', 1) }))
    .where('isDefault', '=', true)
    .where('id', '!=', id)
    .execute()
}

const create = defineCommand(
  {
    name: 'group.create',
    title: 'Adds a skill group',
    permission: writers,
    input: newGroup,
    output: saved,
  },
  async (ctx, { hours, ...row }) => {
    const id = ctx.ids.next()
    if (row.isDefault) await onlyDefault(ctx.tx, id)
    await ctx.tx
      .insertInto('skill_group')
      .values({ id, ...row, hours: json(hours), createdAt: new Date(ctx.nowMs) })
      .execute()
    return ok({ value: { id, version: 1 }, events: await told(ctx, 'group.create', id) })
  },
)

/** What still needs a group: its place as the default, a rule that names it, a ticket in its pool. */
async function needed(tx: Tx, id: string): Promise<Result<null>> {
  const group = await tx.selectFrom('skill_group').select('isDefault').where('id', '=', id).executeTakeFirst()
  if (group?.isDefault) return refuse('directory.default_group')
  const rule = await tx.selectFrom('routing_rule').select('id').where('groupId', '=', id).executeTakeFirst()
  if (rule) return refuse('conflict.in_use', { what: 'skill group' })
  const waiting = await tx
    .selectFrom('ticket')
    .select('id')
    .where('groupId', '=', id)
    .where('status', 'in', ['open', 'assigned', 'in_progress', 'on_hold'])
    .limit(1)
    .executeTakeFirst()
  return waiting ? refuse('conflict.in_use', { what: 'skill group' }) : ok(null)
}

const update = defineCommand(
  {
    name: 'group.update',
    title: 'Changes a skill group; what is left out stays',
    permission: writers,
    input: z.object({ ...target, ...z.object({ ...groupMembers, active: z.boolean() }).partial().shape }),
    output: saved,
  },
  async (ctx, { id, version, hours, ...row }) => {
    const before = await ctx.tx
      .selectFrom('skill_group')
      .select('isDefault')
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst()
    if (before?.isDefault && row.isDefault === false) return refuse('directory.default_group')
    const may = row.active === false ? await needed(ctx.tx, id) : ok(null)
    if (!may.ok) return may
    if (row.isDefault) await onlyDefault(ctx.tx, id)
    const change = { ...row, ...(hours === undefined ? {} : { hours: json(hours) }) }
    const changed = await changeVersioned(ctx.tx, 'skill_group', { id, version }, change)
    if (!changed.ok) return changed
    return ok({
      value: { id, version: changed.value },
      events: await told(ctx, 'group.update', id, change),
    })
  },
)

const setMembers = defineCommand(
  {
    name: 'group.setMembers',
    title: 'Says who belongs to a skill group',
    permission: { roles: ['supervisor'], scopes: ['directory:write'] },
    input: z.object({ id: z.uuid(), staffIds: z.array(z.uuid()).max(5000) }),
    output: z.object({ id: z.string(), staffIds: z.array(z.string()) }),
  },
  async (ctx, { id, staffIds }) => {
    const group = await ctx.tx.selectFrom('skill_group').select('id').where('id', '=', id).executeTakeFirst()
    if (!group) return refuse('not_found', { what: 'skill group' })
    const distinct = [...new Set(staffIds)]
    const known = distinct.length
      ? await ctx.tx.selectFrom('staff').select('id').where('id', 'in', distinct).execute()
      : []
    if (known.length < distinct.length) return refuse('not_found', { what: 'staff' })
    await ctx.tx.deleteFrom('staff_group').where('groupId', '=', id).execute()
    if (distinct.length > 0) {
      const rows = distinct.map((staffId) => ({ staffId, groupId: id }))
      await ctx.tx.insertInto('staff_group').values(rows).execute()
    }
    const events = await told(ctx, 'group.setMembers', id, { staffIds })
    return ok({ value: { id, staffIds: distinct }, events })
  },
)

const remove = defineCommand(
  {
    name: 'group.remove',
    title: 'Takes a skill group out of dispatch; refused while tickets, rules or the default need it',
    permission: writers,
    input: z.object(target),
    output: saved,
  },
  async (ctx, { id, version }) => {
    const free = await needed(ctx.tx, id)
    if (!free.ok) return free
    const changed = await changeVersioned(ctx.tx, 'skill_group', { id, version }, { active: false })
    if (!changed.ok) return changed
    return ok({ value: { id, version: changed.value }, events: await told(ctx, 'group.remove', id) })
  },
)

const list = defineQuery(
  {
    name: 'group.list',
    title: 'Skill groups with their members and open tickets',
    permission: everybody,
    input: z.object({ includeInactive: z.boolean().default(false) }),
    output: z.object({
      groups: z.array(
        z.object({
          id: z.string(),
          ...groupMembers,
          name: z.string(),
          intents: z.array(z.string()),
          regions: z.array(z.string()),
          staffIds: z.array(z.string()),
          /** Tickets in its pool or with its people, not finished. */
          load: z.int(),
          active: z.boolean(),
          version: z.int(),
        }),
      ),
    }),
  },
  async ({ db }, { includeInactive }) => {
    const [rows, memberships, loads] = await Promise.all([
      db
        .selectFrom('skill_group')
        .selectAll()
        .$if(!includeInactive, (q) => q.where('active', '=', true))
        .orderBy('name')
        .execute(),
      db.selectFrom('staff_group').selectAll().orderBy('staffId').execute(),
      db
        .selectFrom('ticket')
        .select((e) => ['groupId', e.fn.countAll<number>().as('open')])
        .where('groupId', 'is not', null)
        .where('status', 'in', ['open', 'assigned', 'in_progress', 'on_hold'])
        .groupBy('groupId')
        .execute(),
    ])
    const staff = Map.groupBy(memberships, (m) => m.groupId)
    const load = new Map(loads.map((l) => [l.groupId, Number(l.open)]))
    return ok({
      groups: rows.map(({ createdAt: _, hours, ...row }) => ({
        ...row,
        hours: hours as z.infer<typeof hoursSchema>,
        staffIds: (staff.get(row.id) ?? []).map((m) => m.staffId),
        load: load.get(row.id) ?? 0,
      })),
    })
  },
)

export const groupCommands = [create, update, setMembers, remove]
export const groupQueries = [list]
