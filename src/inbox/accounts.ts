import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { type Command, defineCommand, defineQuery, type Query } from '../access/command.ts'
import { automaticDefaults, automaticOf, automaticSchema, canTalk } from '../contract/automatic.ts'
import type { Channel, TestStep } from '../contract/channel.ts'
import { type Fault, faultsOf, reasonOf } from '../contract/faults.ts'
import { privateAddress } from '../contract/private-address.ts'
import { text } from '../contract/text.ts'
import { type MemberSchema, unknownMembers } from '../contract/unknown-members.ts'
import { ok, type Result, refuse } from '../kernel/result.ts'
import { json, StoreError } from '../store/index.ts'

/** What the commands on channel accounts need from app. */
export interface AccountPorts {
  /** The channel's code; null when there is no such kind. */
  channel(kind: string): Promise<Channel | null>
  kinds(): readonly string[]
  /** Encrypts an account's secret settings, bound to the account. */
  seal(accountId: string, secrets: Record<string, unknown>): string
  /** Decrypts them. Throws StoreError. */
  open(accountId: string, sealed: string): Record<string, unknown>
  /** Why the stored settings of an account cannot be used, and since when. */
  fault(accountId: string): { readonly zh: string; readonly en: string; readonly sinceMs: number } | undefined
  /** Whether an address lies within the own network, where nothing is pushed to. */
  isBarred(url: string): Promise<boolean>
  /** Tries the settings of an enabled account against its vendor. */
  test(accountId: string): Promise<Result<readonly TestStep[]>>
}

/** Who writes to an account; `both` takes people of the staff by their linked identities. */
const audience = z.enum(['customers', 'staff', 'both'])
const config = z.record(z.string(), z.unknown())
const manage = { roles: ['admin'] } as const

const guideStep = z.object({
  zh: z.string(),
  en: z.string(),
  /** Settings that the step fills in. */
  fields: z.array(z.string()),
  /** What the step holds: the callback address, the connection test, the wait for a test message. */
  part: z.enum(['callback', 'test', 'wait']).nullable(),
  /** Something to copy; `{callback}` stands for the callback address. */
  example: z.string().nullable(),
  /** Modes in which the step is needed; empty: in all. */
  modes: z.array(z.string()),
  /** Presets with which the step is needed; empty: with all. */
  presets: z.array(z.string()),
})

const preset = z.object({
  key: z.string(),
  zh: z.string(),
  en: z.string(),
  config,
  note: z.object({ zh: z.string(), en: z.string() }),
})

interface SettingSchema extends MemberSchema {
  readonly secret?: boolean
  readonly generated?: boolean
  readonly type?: string
  /** An address that the hub posts to. */
  readonly pushed?: boolean
  /** Another setting without which this one is of no use. */
  readonly needs?: string
}

interface JsonSchema extends MemberSchema {
  readonly properties?: Readonly<Record<string, SettingSchema>>
}

/** The JSON Schema of an account's settings, for forms; secret members carry `secret: true`. */
export function settingsSchema(channel: Channel): JsonSchema {
  return z.toJSONSchema(channel.configSchema, { io: 'input', unrepresentable: 'any' }) as JsonSchema
}

function split(channel: Channel, values: Record<string, unknown>) {
  const properties = settingsSchema(channel).properties ?? {}
  const entries = Object.entries(values)
  const isSecret = ([name]: [string, unknown]) => properties[name]?.secret === true
  return {
    open: Object.fromEntries(entries.filter((entry) => !isSecret(entry))),
    secret: Object.fromEntries(
      entries.filter((entry) => isSecret(entry) && entry[1] !== '' && entry[1] !== null),
    ),
  }
}

/** Adds a random value for each setting that the hub makes itself when nobody gives one. */
function withGenerated(channel: Channel, values: Record<string, unknown>): Record<string, unknown> {
  const made = Object.entries(settingsSchema(channel).properties ?? {})
    .filter(([name, property]) => property.generated && values[name] === undefined)
    .map(([name, property]) => {
      const value = randomBytes(32).toString('base64url')
      return [name, property.type === 'array' ? [value] : value]
    })
  return { ...Object.fromEntries(made), ...values }
}

/** Checks settings that come in. More is asked of them than of stored ones, which an account would otherwise lose. */
async function check(
  { isBarred }: Pick<AccountPorts, 'isBarred'>,
  channel: Channel,
  values: Record<string, unknown>,
  stored: Record<string, unknown> = {},
): Promise<Result<null>> {
  const parsed = channel.configSchema.safeParse(values)
  if (!parsed.success) return wrong(faultsOf(parsed.error))
  const schema = settingsSchema(channel)
  const given = Object.entries(schema.properties ?? {}).filter(([name]) => !isEmpty(values[name]))
  const lacking = given.flatMap(([name, { needs }]) =>
    needs !== undefined && isEmpty(values[needs]) ? [neededBy(name, needs)] : [],
  )
  const faults = [...unknownMembers(schema, values, stored), ...lacking]
  if (faults.length > 0) return wrong(faults)
  for (const [name, { pushed }] of given) {
    const url = String(values[name])
    if (pushed && url !== stored[name] && (await isBarred(url)))
      return { ok: false, refusal: privateAddress(url, name) }
  }
  return ok(null)
}

const isEmpty = (value: unknown) =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)

const neededBy = (name: string, needs: string): Fault => ({
  path: needs,
  message: `must be given together with ${name}`,
  messageZh: `填了 ${name} 就必须填写`,
})

const wrong = (issues: readonly Fault[]) => refuse('channel.config_invalid', reasonOf(issues), issues)

/** An account's secret settings; null when they cannot be decrypted any more. */
function opened(ports: AccountPorts, row: { id: string; secrets: string | null }) {
  try {
    return row.secrets ? ports.open(row.id, row.secrets) : {}
  } catch (error) {
    if (error instanceof StoreError) return null
    throw error
  }
}

/** Commands on channel accounts. Secrets go in, are sealed at once, and never come out again. */
export function makeAccountCommands(ports: AccountPorts): Command[] {
  const changed = (id: string, kind: string) => ({
    events: [{ type: 'channel.changed' as const, subject: 'channel', subjectId: id, data: { kind } }],
  })
  /** The columns that hold new settings of an account, with the secrets that stay. */
  async function changedSettings(
    channel: Channel,
    row: { id: string; secrets: string | null; config: unknown },
    config: Record<string, unknown>,
  ) {
    const before = opened(ports, row)
    // What the hub made itself is lost with the rest, and nobody can enter it again.
    const given = split(channel, before ? config : withGenerated(channel, config))
    const secrets = { ...before, ...given.secret }
    const stored = { ...(row.config as object), ...before }
    const checked = await check(ports, channel, { ...given.open, ...secrets }, stored)
    return checked.ok ? ok({ config: json(given.open), secrets: ports.seal(row.id, secrets) }) : checked
  }
  return [
    defineCommand(
      {
        name: 'channel.create',
        title: 'Adds a channel account',
        permission: manage,
        input: z.object({
          kind: z.string(),
          name: text(100),
          audience: audience.default('both'),
          automatic: automaticSchema.default({}),
          config,
        }),
        output: z.object({ id: z.string() }),
        secret: ['config'],
      },
      async (ctx, input) => {
        const channel = await ports.channel(input.kind)
        if (!channel) return refuse('not_found', { what: 'channel', name: input.kind })
        const settings = withGenerated(channel, input.config)
        const checked = await check(ports, channel, settings)
        if (!checked.ok) return checked
        const id = ctx.ids.next()
        const parts = split(channel, settings)
        await ctx.tx
          .insertInto('channel_account')
          .values({
            id,
            kind: input.kind,
            name: input.name,
            audience: input.audience,
            automatic: json(input.automatic),
            config: json(parts.open),
            secrets: ports.seal(id, parts.secret),
          })
          .execute()
        return ok({ value: { id }, ...changed(id, input.kind) })
      },
    ),
    defineCommand(
      {
        name: 'channel.update',
        title:
          'Changes a channel account; secret members that are left out stay as they are, without config all settings do',
        permission: manage,
        input: z.object({
          id: z.uuid(),
          version: z.int(),
          name: text(100).optional(),
          enabled: z.boolean().optional(),
          audience: audience.optional(),
          /** Switches that are left out stay as they are. */
          automatic: automaticSchema.optional(),
          config: config.optional(),
        }),
        output: z.object({ version: z.int() }),
        secret: ['config'],
      },
      async (ctx, input) => {
        const row = await ctx.tx
          .selectFrom('channel_account')
          .selectAll()
          .where('id', '=', input.id)
          .forUpdate()
          .executeTakeFirst()
        if (!row) return refuse('not_found', { what: 'channel account' })
        if (row.version !== input.version) return refuse('conflict.version')
        const channel = await ports.channel(row.kind)
        if (!channel) return refuse('not_found', { what: 'channel', name: row.kind })
        const settings = input.config ? await changedSettings(channel, row, input.config) : ok({})
        if (!settings.ok) return settings
        await ctx.tx
          .updateTable('channel_account')
          .set({
            name: input.name ?? row.name,
            enabled: input.enabled ?? row.enabled,
            audience: input.audience ?? row.audience,
            automatic: json({ ...(row.automatic as object | null), ...input.automatic }),
            ...settings.value,
            version: row.version + 1,
          })
          .where('id', '=', row.id)
          .execute()
        return ok({ value: { version: row.version + 1 }, ...changed(row.id, row.kind) })
      },
    ),
    defineCommand(
      {
        name: 'channel.remove',
        title: 'Removes a channel account that has never received anything; others are switched off instead',
        permission: manage,
        input: z.object({ id: z.uuid() }),
        output: z.object({}),
      },
      async (ctx, { id }) => {
        const used = await ctx.tx
          .selectFrom('envelope')
          .select('id')
          .where('accountId', '=', id)
          .limit(1)
          .executeTakeFirst()
        if (used) return refuse('conflict.in_use', { what: 'channel account' })
        const gone = await ctx.tx
          .deleteFrom('channel_account')
          .where('id', '=', id)
          .returning('kind')
          .executeTakeFirst()
        if (!gone) return refuse('not_found', { what: 'channel account' })
        return ok({ value: {}, ...changed(id, gone.kind) })
      },
    ),
  ]
}

const automaticState = z.object({ question: z.boolean(), state: z.boolean(), knowledge: z.boolean() })

const account = z.object({
  id: z.string(),
  kind: z.string(),
  name: z.string(),
  enabled: z.boolean(),
  audience,
  /** What the hub says there by itself. */
  automatic: automaticState,
  version: z.int(),
  config,
  /** Names of the secret members that are set. */
  secretsSet: z.array(z.string()),
  lastReceivedAt: z.string().nullable(),
  connections: z.array(
    z.object({
      name: z.string(),
      /** The process that holds it; several hold one each where the vendor allows that. */
      node: z.string(),
      state: z.string(),
      detail: z.string().nullable(),
      since: z.string(),
      lastSeenAt: z.string().nullable(),
    }),
  ),
})

/** Settings that cannot be used are shown where people look for connections that do not stand. */
function faultLines(fault: ReturnType<AccountPorts['fault']>) {
  if (!fault) return []
  const since = new Date(fault.sinceMs).toISOString()
  const detail = `${fault.zh} ${fault.en}`
  return [{ name: 'settings', node: '', state: 'config-error', detail, since, lastSeenAt: null }]
}

/** A kind of channel that this version does not have says nothing. */
const silent = { settleMs: 0, takesReplies: false, replyWindow: null } as const

/** Queries on channel accounts. */
export function makeAccountQueries(ports: AccountPorts): Query[] {
  return [
    defineQuery(
      {
        name: 'channel.list',
        title: 'Channel accounts with the state of their connections',
        permission: { roles: ['admin', 'supervisor', 'auditor'] },
        input: z.object({}),
        output: z.object({ accounts: z.array(account) }),
      },
      async ({ db }) => {
        const rows = await db.selectFrom('channel_account').selectAll().orderBy('createdAt').execute()
        const kinds = [...new Set(rows.map((row) => row.kind))]
        const channels = new Map(
          await Promise.all(kinds.map(async (kind) => [kind, await ports.channel(kind)] as const)),
        )
        const states = await db.selectFrom('connection_state').selectAll().orderBy('node').execute()
        const last = await db
          .selectFrom('envelope')
          .select(['accountId', (e) => e.fn.max('receivedAt').as('at')])
          .groupBy('accountId')
          .execute()
        return ok({
          accounts: rows.map((row) => ({
            id: row.id,
            kind: row.kind,
            name: row.name,
            enabled: row.enabled,
            audience: (row.audience ?? 'both') as z.infer<typeof audience>,
            automatic: automaticOf(channels.get(row.kind)?.capabilities ?? silent, row.automatic),
            version: row.version,
            config: row.config as Record<string, unknown>,
            secretsSet: Object.keys(opened(ports, row) ?? {}),
            lastReceivedAt: last.find((l) => l.accountId === row.id)?.at?.toISOString() ?? null,
            connections: [
              ...faultLines(ports.fault(row.id)),
              ...states
                .filter((s) => s.accountId === row.id)
                .map((s) => ({
                  name: s.name,
                  node: s.node,
                  state: s.state,
                  detail: s.detail,
                  since: s.since.toISOString(),
                  lastSeenAt: s.lastSeenAt?.toISOString() ?? null,
                })),
            ],
          })),
        })
      },
    ),
    defineQuery(
      {
        name: 'channel.kinds',
        title: 'Kinds of channel with the JSON Schema of their settings and known providers',
        permission: manage,
        input: z.object({}),
        output: z.object({
          kinds: z.array(
            z.object({
              kind: z.string(),
              settings: config,
              /** What the hub may say there by itself, as it is where nobody switched; null where nobody can answer. */
              automatic: automaticState.nullable(),
              guide: z.array(guideStep),
              presets: z.array(preset),
            }),
          ),
        }),
      },
      async () => {
        const kinds = await Promise.all(
          ports.kinds().map(async (kind) => {
            const channel = (await ports.channel(kind))!
            return {
              kind,
              settings: settingsSchema(channel) as Record<string, unknown>,
              automatic: canTalk(channel.capabilities) ? automaticDefaults(channel.capabilities) : null,
              guide: (channel.guide ?? []).map((step) => ({
                zh: step.zh,
                en: step.en,
                fields: [...(step.fields ?? [])],
                part: step.part ?? null,
                example: step.example ?? null,
                modes: [...(step.modes ?? [])],
                presets: [...(step.presets ?? [])],
              })),
              presets: [...(channel.presets ?? [])],
            }
          }),
        )
        return ok({ kinds })
      },
    ),
    defineQuery(
      {
        name: 'channel.heard',
        title:
          'The newest thing that came in on an account after a moment, for the set-up that waits for a test message',
        permission: manage,
        input: z.object({ id: z.uuid(), afterMs: z.coerce.number().int().min(0) }),
        output: z.object({
          heard: z
            .object({ at: z.string(), kind: z.string(), state: z.enum(['received', 'done', 'dead']) })
            .nullable(),
        }),
      },
      async ({ db }, { id, afterMs }) => {
        const row = await db
          .selectFrom('envelope')
          .select(['receivedAt', 'kind', 'state'])
          .where('accountId', '=', id)
          .where('receivedAt', '>', new Date(afterMs))
          // Hints are also the hub's own, which proves nothing about the vendor.
          .where('kind', '!=', 'pull-hint')
          .orderBy('receivedAt', 'desc')
          .limit(1)
          .executeTakeFirst()
        return ok({
          heard: row ? { at: row.receivedAt.toISOString(), kind: row.kind, state: row.state } : null,
        })
      },
    ),
    defineQuery(
      {
        name: 'channel.test',
        title: 'Tries an account against its vendor and says step by step what works',
        permission: manage,
        input: z.object({ id: z.uuid() }),
        output: z.object({
          steps: z.array(z.object({ name: z.string(), ok: z.boolean(), zh: z.string(), en: z.string() })),
        }),
      },
      async (_ctx, { id }) => {
        const tested = await ports.test(id)
        return tested.ok ? ok({ steps: [...tested.value] }) : tested
      },
    ),
  ]
}
