import { z } from 'zod'
import {
  type Command,
  type CommandContext,
  defineCommand,
  defineQuery,
  type Query,
} from '../access/command.ts'
import { recordChange } from '../audit/index.ts'
import { text } from '../contract/text.ts'
import { ok, type Result, refuse } from '../kernel/result.ts'
import { conditionSchema } from '../rules/index.ts'
import { changeVersioned, json, type Tx } from '../store/index.ts'
import { readPolicy } from './directory.ts'
import { defaultPolicy, parsePolicy, policySchema } from './policy.ts'

const writers = { roles: ['admin'] } as const
const readers = { roles: ['supervisor', 'dispatcher', 'auditor'] } as const
const saved = z.object({ id: z.string(), version: z.int() })
const target = { id: z.uuid(), version: z.int().min(1) }
const members = {
  name: text(120),
  /** A condition on `ticket.…` (src/rules). */
  when: conditionSchema,
  /** The group that takes what matches. */
  groupId: z.uuid(),
  enabled: z.boolean(),
}

const told = (ctx: CommandContext, action: string, id: string) =>
  recordChange(ctx, { action, event: 'directory.changed', subject: 'routing', id })

async function knownGroup(tx: Tx, id: string): Promise<Result<null>> {
  const group = await tx
    .selectFrom('skill_group')
    .select('id')
    .where('id', '=', id)
    .where('active', '=', true)
    .executeTakeFirst()
  return group ? ok(null) : refuse('not_found', { what: 'skill group' })
}

const savePolicy = defineCommand(
  {
    name: 'routing.savePolicy',
    title: 'Changes the routing policy; null goes back to the one that comes with the hub',
    permission: writers,
    input: z.object({ policy: z.json() }),
    output: z.object({ policy: policySchema }),
  },
  async (ctx, { policy }) => {
    const events = await told(ctx, 'routing.savePolicy', 'policy')
    if (policy === null) {
      await ctx.tx.deleteFrom('setting').where('name', '=', 'routing.policy').execute()
      return ok({ value: { policy: defaultPolicy }, events })
    }
    const parsed = parsePolicy(policy)
    if (!parsed.ok) return parsed
    const row = { value: json(parsed.value), updatedAt: new Date(ctx.nowMs) }
    await ctx.tx
      .insertInto('setting')
      .values({ name: 'routing.policy', ...row })
      .onConflict((c) => c.column('name').doUpdateSet(row))
      .execute()
    return ok({ value: { policy: parsed.value }, events })
  },
)

const createRule = defineCommand(
  {
    name: 'routing.createRule',
    title: 'Adds a routing rule behind the others; the first rule that matches names the group',
    permission: writers,
    input: z.object({ ...members, enabled: members.enabled.default(true) }),
    output: saved,
  },
  async (ctx, { when, ...row }) => {
    const group = await knownGroup(ctx.tx, row.groupId)
    if (!group.ok) return group
    const id = ctx.ids.next()
    const last = await ctx.tx
      .selectFrom('routing_rule')
      .select((e) => e.fn.max('position').as('position'))
      .executeTakeFirst()
    await ctx.tx
      .insertInto('routing_rule')
      .values({ id, ...row, when: json(when), position: (last?.position ?? 0) + 1 })
      .execute()
    return ok({ value: { id, version: 1 }, events: await told(ctx, 'routing.createRule', id) })
  },
)

const updateRule = defineCommand(
  {
    name: 'routing.updateRule',
    title: 'Changes a routing rule; what is left out stays',
    permission: writers,
    input: z.object({ ...target, ...z.object(members).partial().shape }),
    output: saved,
  },
  async (ctx, { id, version, when, ...row }) => {
    if (row.groupId) {
      const group = await knownGroup(ctx.tx, row.groupId)
      if (!group.ok) return group
    }
    const change = { ...row, ...(when === undefined ? {} : { when: json(when) }) }
    const changed = await changeVersioned(ctx.tx, 'routing_rule', { id, version }, change)
    if (!changed.ok) return changed
    return ok({ value: { id, version: changed.value }, events: await told(ctx, 'routing.updateRule', id) })
  },
)

const orderRules = defineCommand(
  {
    name: 'routing.orderRules',
    title: 'Puts the routing rules into this order; all of them must be named',
    permission: writers,
    input: z.object({ ids: z.array(z.uuid()).max(1000) }),
    output: z.object({}),
  },
  async (ctx, { ids }) => {
    const rules = await ctx.tx.selectFrom('routing_rule').select('id').forUpdate().execute()
    const known = new Set(rules.map((rule) => rule.id))
    const complete = ids.length === known.size && new Set(ids).size === ids.length
    if (!complete || !ids.every((id) => known.has(id))) return refuse('conflict.version')
    for (const [i, id] of ids.entries()) {
      await ctx.tx
        .updateTable('routing_rule')
        .set({ position: i + 1 })
        .where('id', '=', id)
        .execute()
    }
    return ok({ value: {}, events: await told(ctx, 'routing.orderRules', 'rules') })
  },
)

const removeRule = defineCommand(
  {
    name: 'routing.removeRule',
    title: 'Removes a routing rule',
    permission: writers,
    input: z.object(target),
    output: z.object({}),
  },
  async (ctx, { id, version }) => {
    const gone = await ctx.tx
      .deleteFrom('routing_rule')
      .where('id', '=', id)
      .where('version', '=', version)
      .returning('id')
      .executeTakeFirst()
    if (!gone) return refuse('conflict.version')
    return ok({ value: {}, events: await told(ctx, 'routing.removeRule', id) })
  },
)

const policy = defineQuery(
  {
    name: 'routing.policy',
    title:
      'The routing policy that holds, whether it is the one that comes with the hub, and its JSON Schema with that one as default',
    permission: readers,
    input: z.object({}),
    output: z.object({ policy: policySchema, stored: z.boolean(), schema: z.unknown() }),
  },
  async ({ db }) => {
    const row = await db
      .selectFrom('setting')
      .select('name')
      .where('name', '=', 'routing.policy')
      .executeTakeFirst()
    const schema: unknown = {
      ...z.toJSONSchema(policySchema, { io: 'input', unrepresentable: 'any' }),
      default: defaultPolicy,
    }
    return ok({ policy: await readPolicy(db), stored: row !== undefined, schema })
  },
)

const rules = defineQuery(
  {
    name: 'routing.rules',
    title: 'The routing rules in their order',
    permission: readers,
    input: z.object({}),
    output: z.object({
      rules: z.array(z.object({ id: z.string(), ...members, name: z.string(), version: z.int() })),
    }),
  },
  async ({ db }) => {
    const rows = await db.selectFrom('routing_rule').selectAll().orderBy('position').orderBy('id').execute()
    return ok({
      rules: rows.map(({ position: _, when, ...row }) => ({ ...row, when: conditionSchema.parse(when) })),
    })
  },
)

/** Commands on policy and rules. */
export const routingCommands: readonly Command[] = [
  savePolicy,
  createRule,
  updateRule,
  orderRules,
  removeRule,
]
/** Queries on policy and rules. */
export const routingQueries: readonly Query[] = [policy, rules]
