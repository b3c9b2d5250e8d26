import { z } from 'zod'
import { type CommandContext, defineCommand, defineQuery } from '../../access/command.ts'
import { recordChange } from '../../audit/index.ts'
import { names, optionalText, text } from '../../contract/text.ts'
import { ok, type Result, refuse } from '../../kernel/result.ts'
import { changeVersioned, json, type Tx } from '../../store/index.ts'
import { hoursSchema } from '../calendar.ts'
import { planners, saved, target, writers } from './permissions.ts'

/** What a person is doing now; only idle and busy people get work (router policy). */
export const staffStatuses = ['idle', 'busy', 'leave', 'offline'] as const
const status = z.enum(staffStatuses)
/** Statuses of tickets that somebody still works on. */
const liveTickets = ['open', 'assigned', 'in_progress', 'on_hold']

/** Members of a person, each with what it accepts. */
export const staffMembers = {
  number: text(40),
  name: text(80),
  phone: optionalText(40),
  email: z.email().max(254).nullable(),
  /** BCP 47 primary tags. */
  languages: names(20, 8),
  /** Product categories; `*` for any. */
  skills: names(),
  certs: names(),
  status,
  maxLoad: z.int().min(0).max(1000),
  shift: hoursSchema.nullable(),
  lat: z.number().min(-90).max(90).nullable(),
  lng: z.number().min(-180).max(180).nullable(),
  maxKm: z.number().min(0).max(20_000).nullable(),
  duties: names(20, 40),
  groupIds: z.array(z.uuid()).max(200),
}

/** A person who can be given work, as it is created. */
const newStaff = z.object({
  ...staffMembers,
  phone: staffMembers.phone.default(null),
  email: staffMembers.email.default(null),
  languages: staffMembers.languages.default(['zh']),
  skills: staffMembers.skills.default([]),
  certs: staffMembers.certs.default([]),
  status: status.default('idle'),
  maxLoad: staffMembers.maxLoad.default(8),
  shift: staffMembers.shift.default(null),
  lat: staffMembers.lat.default(null),
  lng: staffMembers.lng.default(null),
  maxKm: staffMembers.maxKm.default(null),
  duties: staffMembers.duties.default(['engineer']),
  groupIds: staffMembers.groupIds.default([]),
})

const event = 'directory.changed' as const
const told = (ctx: CommandContext, action: string, id: string, given?: object) =>
  recordChange(ctx, {
    action,
    event,
    subject: 'staff',
    id,
    ...(given ? { members: Object.keys(given) } : {}),
  })

async function setGroups(tx: Tx, staffId: string, groupIds: readonly string[]): Promise<Result<null>> {
  const distinct = [...new Set(groupIds)]
  const known = distinct.length
    ? await tx.selectFrom('skill_group').select('id').where('id', 'in', distinct).execute()
    : []
  if (known.length < distinct.length) return refuse('not_found', { what: 'skill group' })
  await tx.deleteFrom('staff_group').where('staffId', '=', staffId).execute()
  if (distinct.length > 0) {
    await tx
      .insertInto('staff_group')
      .values(distinct.map((groupId) => ({ staffId, groupId })))
      .execute()
  }
  return ok(null)
}

const create = defineCommand(
  {
    name: 'staff.create',
    title: 'Adds a person who can be given work',
    permission: writers,
    input: newStaff,
    output: saved,
  },
  async (ctx, { groupIds, shift, ...row }) => {
    const id = ctx.ids.next()
    await ctx.tx
      .insertInto('staff')
      .values({ id, ...row, shift: shift && json(shift), createdAt: new Date(ctx.nowMs) })
      .execute()
    const grouped = await setGroups(ctx.tx, id, groupIds)
    if (!grouped.ok) return grouped
    return ok({ value: { id, version: 1 }, events: await told(ctx, 'staff.create', id) })
  },
)

/** Somebody who has tickets stays in dispatch. */
async function free(tx: Tx, id: string): Promise<Result<null>> {
  const busy = await tx
    .selectFrom('ticket')
    .select('id')
    .where('assigneeId', '=', id)
    .where('status', 'in', liveTickets)
    .limit(1)
    .executeTakeFirst()
  return busy ? refuse('conflict.in_use', { what: 'staff' }) : ok(null)
}

const update = defineCommand(
  {
    name: 'staff.update',
    title: "Changes a person's facts, groups, shift or whether they are active; what is left out stays",
    permission: writers,
    input: z.object({ ...target, ...z.object({ ...staffMembers, active: z.boolean() }).partial().shape }),
    output: saved,
  },
  async (ctx, { id, version, groupIds, shift, ...row }) => {
    const may = row.active === false ? await free(ctx.tx, id) : ok(null)
    if (!may.ok) return may
    const change = { ...row, ...(shift === undefined ? {} : { shift: shift && json(shift) }) }
    const changed = await changeVersioned(ctx.tx, 'staff', { id, version }, change)
    if (!changed.ok) return changed
    if (groupIds) {
      const grouped = await setGroups(ctx.tx, id, groupIds)
      if (!grouped.ok) return grouped
    }
    const given = { ...change, ...(groupIds ? { groupIds } : {}) }
    return ok({
      value: { id, version: changed.value },
      events: await told(ctx, 'staff.update', id, given),
    })
  },
)

const setStatus = defineCommand(
  {
    name: 'staff.setStatus',
    title:
      'Says what a person is doing: idle, busy, on leave, offline. Engineers and agents may for themselves',
    permission: { roles: [...planners, 'agent', 'engineer'], also: ['card'] },
    input: z.object({ id: z.uuid(), status }),
    output: z.object({ id: z.string(), status, version: z.int() }),
  },
  async (ctx, { id, status }) => {
    if (!maySetStatus(ctx, id)) return refuse('access.forbidden', { action: 'staff.setStatus' })
    const row = await ctx.tx
      .updateTable('staff')
      .set((e) => ({ status, version: e('version', '+', 1) }))
      .where('id', '=', id)
      .where('active', '=', true)
      .returning('version')
      .executeTakeFirst()
    if (!row) return refuse('not_found', { what: 'staff' })
    const value = { id, status, version: row.version }
    return ok({ value, events: await told(ctx, 'staff.setStatus', id, { status }) })
  },
)

function maySetStatus({ actor }: CommandContext, staffId: string): boolean {
  if (actor.kind === 'card') return actor.staffId === staffId
  if (actor.kind !== 'user') return true
  const plans = actor.roles.some((role) => role === 'admin' || planners.some((planner) => planner === role))
  return plans || actor.staffId === staffId
}

const remove = defineCommand(
  {
    name: 'staff.remove',
    title:
      'Takes a person out of dispatch; refused while tickets are assigned to them. `staff.update` brings them back',
    permission: writers,
    input: z.object(target),
    output: saved,
  },
  async (ctx, { id, version }) => {
    const may = await free(ctx.tx, id)
    if (!may.ok) return may
    const changed = await changeVersioned(ctx.tx, 'staff', { id, version }, { active: false })
    if (!changed.ok) return changed
    return ok({ value: { id, version: changed.value }, events: await told(ctx, 'staff.remove', id) })
  },
)

const list = defineQuery(
  {
    name: 'staff.list',
    title: 'People who can be given work, with their groups and open tickets',
    permission: { roles: ['supervisor', 'agent', 'dispatcher', 'auditor'], scopes: ['directory:read'] },
    input: z.object({ includeInactive: z.boolean().default(false) }),
    output: z.object({
      staff: z.array(
        z.object({
          id: z.string(),
          ...staffMembers,
          phone: z.string().nullable(),
          email: z.string().nullable(),
          groupIds: z.array(z.string()),
          /** Tickets assigned and not finished. */
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
        .selectFrom('staff')
        .selectAll()
        .$if(!includeInactive, (q) => q.where('active', '=', true))
        .orderBy('number')
        .execute(),
      db.selectFrom('staff_group').selectAll().orderBy('groupId').execute(),
      db
        .selectFrom('ticket')
        .select((e) => ['assigneeId', e.fn.countAll<number>().as('open')])
        .where('assigneeId', 'is not', null)
        .where('status', 'in', liveTickets)
        .groupBy('assigneeId')
        .execute(),
    ])
    const groups = Map.groupBy(memberships, (m) => m.staffId)
    const load = new Map(loads.map((l) => [l.assigneeId, Number(l.open)]))
    return ok({
      staff: rows.map(({ createdAt: _, shift, status, ...row }) => ({
        ...row,
        status: status as (typeof staffStatuses)[number],
        shift: shift as z.infer<typeof hoursSchema> | null,
        groupIds: (groups.get(row.id) ?? []).map((m) => m.groupId),
        load: load.get(row.id) ?? 0,
      })),
    })
  },
)

export const staffCommands = [create, update, setStatus, remove]
export const staffQueries = [list]
