import { z } from 'zod'
import { can } from '../../access/can.ts'
import { type CommandContext, defineCommand, defineQuery } from '../../access/command.ts'
import { recordChange } from '../../audit/index.ts'
import type { Actor } from '../../contract/actor.ts'
import { both } from '../../contract/faults.ts'
import { optionalText } from '../../contract/text.ts'
import type { Address } from '../../contract/ticket.ts'
import { ok, type Result, refuse } from '../../kernel/result.ts'
import { changeVersioned, type DB, type Reader, type Selectable, sql, type Tx } from '../../store/index.ts'
import { dayText } from '../day.ts'
import { desk, saved, target, writers } from './permissions.ts'
import { addressColumn, likePattern, newPlace, placeMembers, placeOutput } from './place.ts'

const day = z.iso.date().nullable()
/** As it stands on the plate: one line, without what cannot be seen or typed again. */
const serialNumber = z
  .string()
  .trim()
  .refine(
    (typed) => typed.length >= 1 && typed.length <= 64 && !/\p{C}/u.test(typed),
    both(
      '要填 1 到 64 个字符，不能有换行等控制字符',
      'must have 1 to 64 characters and no line breaks or other control characters',
    ),
  )

/** Members of a device, each with what it accepts. */
export const deviceMembers = {
  serialNumber,
  model: optionalText(80),
  category: optionalText(80),
  ...placeMembers,
  siteId: z.uuid().nullable(),
  /** YYYY-MM-DD. */
  installedAt: day,
  warrantyUntil: day,
}

const newDevice = z.object({
  ...deviceMembers,
  ...newPlace,
  model: deviceMembers.model.default(null),
  category: deviceMembers.category.default(null),
  siteId: deviceMembers.siteId.default(null),
  installedAt: day.default(null),
  warrantyUntil: day.default(null),
})

const told = (ctx: CommandContext, action: string, id: string, given?: object) =>
  recordChange(ctx, {
    action,
    event: 'catalogue.changed',
    subject: 'device',
    id,
    ...(given ? { members: Object.keys(given) } : {}),
  })

/** A date column from YYYY-MM-DD; left out stays. */
function dates(row: {
  readonly installedAt?: string | null | undefined
  readonly warrantyUntil?: string | null | undefined
}) {
  const column = (value: string | null) => (value === null ? null : sql<Date>`${value}::date`)
  return {
    ...(row.installedAt === undefined ? {} : { installedAt: column(row.installedAt) }),
    ...(row.warrantyUntil === undefined ? {} : { warrantyUntil: column(row.warrantyUntil) }),
  }
}

/** The category of a device whose model is known, where none was given; and its site must exist. */
async function completedDevice<
  T extends {
    readonly model?: string | null
    readonly category?: string | null
    readonly siteId?: string | null
  },
>(tx: Tx, row: T): Promise<Result<T>> {
  if (row.siteId) {
    const site = await tx.selectFrom('site').select('id').where('id', '=', row.siteId).executeTakeFirst()
    if (!site) return refuse('not_found', { what: 'site' })
  }
  if (!row.model || row.category) return ok(row)
  const known = await tx
    .selectFrom('product_model')
    .select('category')
    .where('model', '=', row.model)
    .executeTakeFirst()
  return ok(known ? { ...row, category: known.category } : row)
}

const create = defineCommand(
  {
    name: 'device.create',
    title: 'Adds a device at a customer',
    permission: { roles: ['supervisor', 'agent'], scopes: writers.scopes },
    input: newDevice,
    output: saved,
  },
  async (ctx, input) => {
    const device = await completedDevice(ctx.tx, input)
    if (!device.ok) return device
    const id = ctx.ids.next()
    const { address, ...row } = device.value
    await ctx.tx
      .insertInto('device')
      .values({ id, ...row, ...addressColumn(address), ...dates(row), createdAt: new Date(ctx.nowMs) })
      .execute()
    return ok({ value: { id, version: 1 }, events: await told(ctx, 'device.create', id) })
  },
)

const update = defineCommand(
  {
    name: 'device.update',
    title: 'Changes what is known of a device; what is left out stays',
    permission: { roles: ['supervisor', 'agent'], scopes: writers.scopes },
    input: z.object({ ...target, ...z.object(deviceMembers).partial().shape }),
    output: saved,
  },
  async (ctx, { id, version, ...given }) => {
    const device = await completedDevice(ctx.tx, given)
    if (!device.ok) return device
    const { address, ...row } = device.value
    const change = { ...row, ...addressColumn(address), ...dates(row) }
    const changed = await changeVersioned(ctx.tx, 'device', { id, version }, change)
    if (!changed.ok) return changed
    const events = await told(ctx, 'device.update', id, given)
    return ok({ value: { id, version: changed.value }, events })
  },
)

const renewLink = defineCommand(
  {
    name: 'device.renewLink',
    title:
      'Makes the printed QR code of a device and the progress links made with it invalid; print a new one',
    permission: { roles: ['supervisor'] },
    input: z.object({ id: z.uuid() }),
    output: saved.extend({ linkVersion: z.int() }),
  },
  async (ctx, { id }) => {
    const row = await ctx.tx
      .updateTable('device')
      .set((e) => ({ linkVersion: e('linkVersion', '+', 1), version: e('version', '+', 1) }))
      .where('id', '=', id)
      .returning(['version', 'linkVersion'])
      .executeTakeFirst()
    if (!row) return refuse('not_found', { what: 'device' })
    return ok({ value: { id, ...row }, events: await told(ctx, 'device.renewLink', id) })
  },
)

const remove = defineCommand(
  {
    name: 'device.remove',
    title: 'Removes a device that no ticket is about',
    permission: writers,
    input: z.object(target),
    output: z.object({}),
  },
  async (ctx, { id, version }) => {
    const used = await ctx.tx
      .selectFrom('ticket')
      .select('id')
      .where('deviceId', '=', id)
      .limit(1)
      .executeTakeFirst()
    if (used) return refuse('conflict.in_use', { what: 'device' })
    const gone = await ctx.tx
      .deleteFrom('device')
      .where('id', '=', id)
      .where('version', '=', version)
      .returning('id')
      .executeTakeFirst()
    if (!gone) return refuse('conflict.version')
    return ok({ value: {}, events: await told(ctx, 'device.remove', id) })
  },
)

const device = z.object({
  id: z.string(),
  serialNumber: z.string(),
  model: z.string().nullable(),
  category: z.string().nullable(),
  ...placeOutput,
  siteId: z.string().nullable(),
  installedAt: z.string().nullable(),
  warrantyUntil: z.string().nullable(),
  linkVersion: z.int(),
  version: z.int(),
})

function shown({ createdAt: _, ...row }: Selectable<DB['device']>): z.infer<typeof device> {
  return {
    ...row,
    address: row.address as Address | null,
    installedAt: dayText(row.installedAt),
    warrantyUntil: dayText(row.warrantyUntil),
  }
}

/** Who has a device and where: an engineer scans what they stand before, but whose home it is comes with a ticket. */
const nobodys = { customerName: null, phone: null, address: null, lat: null, lng: null }

/** Whether an actor may know whose device it is: the desk always, an engineer with a ticket of their own about it. */
async function mayKnowWhose(db: Reader, actor: Actor, deviceId: string): Promise<boolean> {
  if (can(actor, desk)) return true
  if (actor.kind !== 'user' || actor.staffId === null) return false
  const own = await db
    .selectFrom('ticket')
    .select('id')
    .where('deviceId', '=', deviceId)
    .where('assigneeId', '=', actor.staffId)
    .limit(1)
    .executeTakeFirst()
  return own !== undefined
}

const get = defineQuery(
  {
    name: 'device.get',
    title:
      'A device by id or serial number; an engineer sees whose it is and where only with a ticket of their own about it',
    permission: { roles: [...desk.roles, 'engineer'], scopes: desk.scopes },
    input: z
      .object({ id: z.uuid().optional(), serialNumber: z.string().max(80).optional() })
      .refine(
        (given) => given.id !== undefined || given.serialNumber !== undefined,
        both('要给编号或序列号', 'give id or serialNumber'),
      ),
    output: device,
    audit: ({ id, serialNumber }) => `device:${id ?? serialNumber}`,
  },
  async ({ db, actor }, { id, serialNumber }) => {
    const row = await db
      .selectFrom('device')
      .selectAll()
      .$if(id !== undefined, (q) => q.where('id', '=', id!))
      .$if(serialNumber !== undefined, (q) => q.where('serialNumber', '=', serialNumber!))
      .executeTakeFirst()
    if (!row) return refuse('not_found', { what: 'device' })
    return ok((await mayKnowWhose(db, actor, row.id)) ? shown(row) : { ...shown(row), ...nobodys })
  },
)

const list = defineQuery(
  {
    name: 'device.list',
    title: 'Devices by serial number; `q` finds parts of serial, model, customer, phone and address',
    permission: desk,
    input: z.object({
      q: z.string().max(100).optional(),
      siteId: z.uuid().optional(),
      /** The last serial number of the page before. */
      cursor: z.string().max(80).optional(),
      limit: z.int().min(1).max(200).default(50),
    }),
    output: z.object({ devices: z.array(device), next: z.string().nullable() }),
  },
  async ({ db }, { q, siteId, cursor, limit }) => {
    const pattern = likePattern(q ?? '')
    const rows = await db
      .selectFrom('device')
      .selectAll()
      .$if(pattern !== null, (query) =>
        query.where(
          sql<boolean>`concat_ws(' ', "serialNumber", "model", "category", "customerName", "phone",
            "address" ->> 'province', "address" ->> 'city', "address" ->> 'district', "address" ->> 'detail')
            ilike ${pattern}`,
        ),
      )
      .$if(siteId !== undefined, (query) => query.where('siteId', '=', siteId!))
      .$if(Boolean(cursor), (query) => query.where('serialNumber', '>', cursor!))
      .orderBy('serialNumber')
      .limit(limit + 1)
      .execute()
    const page = rows.slice(0, limit)
    return ok({
      devices: page.map(shown),
      next: rows.length > limit ? page.at(-1)!.serialNumber : null,
    })
  },
)

export const deviceCommands = [create, update, renewLink, remove]
export const deviceQueries = [get, list]
