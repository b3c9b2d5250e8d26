import { z } from 'zod'
import { type CommandContext, defineCommand, defineQuery } from '../../access/command.ts'
import { recordChange } from '../../audit/index.ts'
import { both } from '../../contract/faults.ts'
import { names, text } from '../../contract/text.ts'
import { ok, refuse } from '../../kernel/result.ts'
import { changeVersioned } from '../../store/index.ts'
import { findRegions, regionByCode } from '../regions.ts'
import { everybody, saved, target, writers } from './permissions.ts'

/** Members of a service area, each with what it accepts. */
export const regionMembers = {
  name: text(80),
  /** Six-digit division codes. */
  adcodes: names(3500, 12).refine(
    (list) => list.every((code) => regionByCode(code) !== null),
    both('有一个行政区划代码不存在', 'an unknown division code'),
  ),
}

const told = (ctx: CommandContext, action: string, id: string) =>
  recordChange(ctx, { action, event: 'directory.changed', subject: 'region', id })

const create = defineCommand(
  {
    name: 'region.create',
    title: 'Adds a named service area',
    permission: writers,
    input: z.object(regionMembers),
    output: saved,
  },
  async (ctx, input) => {
    const id = ctx.ids.next()
    await ctx.tx
      .insertInto('region')
      .values({ id, ...input })
      .execute()
    return ok({ value: { id, version: 1 }, events: await told(ctx, 'region.create', id) })
  },
)

const update = defineCommand(
  {
    name: 'region.update',
    title: 'Changes a named service area',
    permission: writers,
    input: z.object({ ...target, ...z.object(regionMembers).partial().shape }),
    output: saved,
  },
  async (ctx, { id, version, ...change }) => {
    const changed = await changeVersioned(ctx.tx, 'region', { id, version }, change)
    if (!changed.ok) return changed
    return ok({ value: { id, version: changed.value }, events: await told(ctx, 'region.update', id) })
  },
)

const remove = defineCommand(
  {
    name: 'region.remove',
    title: 'Removes a named service area; groups keep the codes that they list',
    permission: writers,
    input: z.object(target),
    output: z.object({}),
  },
  async (ctx, { id, version }) => {
    const gone = await ctx.tx
      .deleteFrom('region')
      .where('id', '=', id)
      .where('version', '=', version)
      .returning('id')
      .executeTakeFirst()
    if (!gone) return refuse('conflict.version')
    return ok({ value: {}, events: await told(ctx, 'region.remove', id) })
  },
)

const division = z.object({ code: z.string(), name: z.string(), level: z.string() })

const list = defineQuery(
  {
    name: 'region.list',
    title: 'Named service areas with the divisions that they cover',
    permission: everybody,
    input: z.object({}),
    output: z.object({
      regions: z.array(
        z.object({ id: z.string(), name: z.string(), divisions: z.array(division), version: z.int() }),
      ),
    }),
  },
  async ({ db }) => {
    const rows = await db.selectFrom('region').selectAll().orderBy('name').execute()
    return ok({
      regions: rows.map(({ id, name, adcodes, version }) => ({
        id,
        name,
        version,
        divisions: adcodes.map((code) => ({ ...(regionByCode(code) ?? { name: code, level: '' }), code })),
      })),
    })
  },
)

const find = defineQuery(
  {
    name: 'region.find',
    title: 'Provinces, cities and districts of a name or code',
    permission: everybody,
    input: z.object({ name: z.string().min(1).max(40) }),
    output: z.object({ divisions: z.array(division) }),
  },
  async (_ctx, { name }) => ok({ divisions: findRegions(name).map((region) => ({ ...region })) }),
)

export const regionCommands = [create, update, remove]
export const regionQueries = [list, find]
