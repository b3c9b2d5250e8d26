import { z } from 'zod'
import { type CommandContext, defineCommand, defineQuery } from '../../access/command.ts'
import { recordChange } from '../../audit/index.ts'
import { text } from '../../contract/text.ts'
import type { Address } from '../../contract/ticket.ts'
import { ok, refuse } from '../../kernel/result.ts'
import { changeVersioned, sql } from '../../store/index.ts'
import { desk, saved, target, writers } from './permissions.ts'
import { addressColumn, likePattern, newPlace, placeMembers, placeOutput } from './place.ts'

const members = { name: text(120), ...placeMembers }

const told = (ctx: CommandContext, action: string, id: string) =>
  recordChange(ctx, { action, event: 'catalogue.changed', subject: 'site', id })

const create = defineCommand(
  {
    name: 'site.create',
    title: 'Adds a place with several devices: a shop, a plant, a building',
    permission: writers,
    input: z.object({ name: members.name, ...newPlace }),
    output: saved,
  },
  async (ctx, { address, ...row }) => {
    const id = ctx.ids.next()
    await ctx.tx
      .insertInto('site')
      .values({ id, ...row, ...addressColumn(address), createdAt: new Date(ctx.nowMs) })
      .execute()
    return ok({ value: { id, version: 1 }, events: await told(ctx, 'site.create', id) })
  },
)

const update = defineCommand(
  {
    name: 'site.update',
    title: 'Changes a site; what is left out stays',
    permission: writers,
    input: z.object({ ...target, ...z.object(members).partial().shape }),
    output: saved,
  },
  async (ctx, { id, version, address, ...row }) => {
    const change = { ...row, ...addressColumn(address) }
    const changed = await changeVersioned(ctx.tx, 'site', { id, version }, change)
    if (!changed.ok) return changed
    return ok({ value: { id, version: changed.value }, events: await told(ctx, 'site.update', id) })
  },
)

const renewLink = defineCommand(
  {
    name: 'site.renewLink',
    title: 'Makes the printed QR code of a site and the progress links made with it invalid; print a new one',
    permission: { roles: ['supervisor'] },
    input: z.object({ id: z.uuid() }),
    output: saved.extend({ linkVersion: z.int() }),
  },
  async (ctx, { id }) => {
    const row = await ctx.tx
      .updateTable('site')
      .set((e) => ({ linkVersion: e('linkVersion', '+', 1), version: e('version', '+', 1) }))
      .where('id', '=', id)
      .returning(['version', 'linkVersion'])
      .executeTakeFirst()
    if (!row) return refuse('not_found', { what: 'site' })
    return ok({ value: { id, ...row }, events: await told(ctx, 'site.renewLink', id) })
  },
)

const remove = defineCommand(
  {
    name: 'site.remove',
    title: 'Removes a site that no device stands at',
    permission: writers,
    input: z.object(target),
    output: z.object({}),
  },
  async (ctx, { id, version }) => {
    const device = await ctx.tx
      .selectFrom('device')
      .select('id')
      .where('siteId', '=', id)
      .limit(1)
      .executeTakeFirst()
    if (device) return refuse('conflict.in_use', { what: 'site' })
    const gone = await ctx.tx
      .deleteFrom('site')
      .where('id', '=', id)
      .where('version', '=', version)
      .returning('id')
      .executeTakeFirst()
    if (!gone) return refuse('conflict.version')
    return ok({ value: {}, events: await told(ctx, 'site.remove', id) })
  },
)

const list = defineQuery(
  {
    name: 'site.list',
    title: 'Sites with the number of their devices; `q` finds parts of name, customer, phone and address',
    permission: desk,
    input: z.object({
      q: z.string().max(100).optional(),
      /** The last name of the page before. */
      cursor: z.string().max(120).optional(),
      limit: z.int().min(1).max(200).default(50),
    }),
    output: z.object({
      sites: z.array(
        z.object({
          id: z.string(),
          name: z.string(),
          ...placeOutput,
          linkVersion: z.int(),
          devices: z.int(),
          version: z.int(),
        }),
      ),
      next: z.string().nullable(),
    }),
  },
  async ({ db }, { q, cursor, limit }) => {
    const pattern = likePattern(q ?? '')
    const rows = await db
      .selectFrom('site')
      .selectAll()
      .select((e) =>
        e
          .selectFrom('device')
          .select((d) => d.fn.countAll<number>().as('n'))
          .whereRef('device.siteId', '=', 'site.id')
          .as('devices'),
      )
      .$if(pattern !== null, (query) =>
        query.where(
          sql<boolean>`concat_ws(' ', "name", "customerName", "phone", "address" ->> 'city',
            "address" ->> 'district', "address" ->> 'detail') ilike ${pattern}`,
        ),
      )
      .$if(Boolean(cursor), (query) => query.where('name', '>', cursor!))
      .orderBy('name')
      .limit(limit + 1)
      .execute()
    const page = rows.slice(0, limit)
    return ok({
      sites: page.map(({ createdAt: _, ...row }) => ({
        ...row,
        address: row.address as Address | null,
        devices: Number(row.devices ?? 0),
      })),
      next: rows.length > limit ? page.at(-1)!.name : null,
    })
  },
)

export const siteCommands = [create, update, renewLink, remove]
export const siteQueries = [list]
