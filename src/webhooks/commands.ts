import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { type Command, type CommandContext, defineCommand } from '../access/index.ts'
import { both } from '../contract/faults.ts'
import { privateAddress } from '../contract/private-address.ts'
import { ok, RefusedError, type Result, refuse } from '../kernel/result.ts'
import { anybodyListens, deliverJob, skipToNow } from './fanout.ts'
import { openedSecrets, type WebhookPorts, type WebhookSecrets } from './ports.ts'
import { subscription } from './subscribe.ts'

const manage = { roles: ['admin'] } as const
const url = z.url({ protocol: /^https?$/ }).max(2000)
const events = z.array(subscription).min(1).max(50)
const secret = z
  .string()
  .regex(
    /^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/,
    both(
      '应为“whsec_”加 24 至 64 字节的 Base64',
      'must be "whsec_" followed by the base64 of 24 to 64 bytes',
    ),
  )
/** Secrets that are valid at the same time, at most. */
const mostSecrets = 3

const newSecret = () => `whsec_${randomBytes(32).toString('base64')}`

const changed = (id: string) => ({
  events: [{ type: 'setting.changed' as const, subject: 'webhook', subjectId: id, data: {} }],
})

/** Refuses an address within the own network before anything is stored. */
async function reachable({ isBarred }: WebhookPorts, url: string): Promise<void> {
  if (await isBarred(url)) throw new RefusedError(privateAddress(url, 'url'))
}

function createCommand(ports: WebhookPorts): Command {
  const { secrets } = ports
  return defineCommand(
    {
      name: 'webhook.create',
      title:
        'Adds an endpoint that is told about events; the answer shows its signing secret for the only time',
      permission: manage,
      input: z.object({ name: z.string().min(1).max(100), url, events, secret: secret.optional() }),
      output: z.object({ id: z.string(), secret: z.string() }),
      secret: ['secret'],
      prepare: async (input) => {
        await reachable(ports, input.url)
        return { ...input, secret: input.secret ?? newSecret() }
      },
    },
    async (ctx, input) => {
      const id = ctx.ids.next()
      const own = input.secret ?? newSecret()
      if (!(await anybodyListens(ctx.tx))) await skipToNow(ctx.tx)
      await ctx.tx
        .insertInto('webhook_endpoint')
        .values({
          id,
          name: input.name,
          url: input.url,
          events: input.events,
          secrets: secrets.seal(id, [own]),
          createdAt: new Date(ctx.nowMs),
        })
        .execute()
      return ok({ value: { id, secret: own }, ...changed(id) })
    },
  )
}

const updateCommand = (ports: WebhookPorts) =>
  defineCommand(
    {
      name: 'webhook.update',
      title: 'Changes an endpoint, or switches it on or off',
      permission: manage,
      input: z.object({
        id: z.uuid(),
        version: z.int(),
        name: z.string().min(1).max(100).optional(),
        url: url.optional(),
        events: events.optional(),
        enabled: z.boolean().optional(),
      }),
      output: z.object({ version: z.int() }),
      prepare: async (input) => {
        // What is switched off may keep its address until it is switched on.
        if (input.url && input.enabled !== false) await reachable(ports, input.url)
        return input
      },
    },
    async (ctx, { id, version, ...changes }) => {
      if (changes.enabled && !(await anybodyListens(ctx.tx))) await skipToNow(ctx.tx)
      const row = await ctx.tx
        .updateTable('webhook_endpoint')
        .set({ ...changes, version: version + 1 })
        .where('id', '=', id)
        .where('version', '=', version)
        .returning('version')
        .executeTakeFirst()
      if (row) return ok({ value: { version: row.version }, ...changed(id) })
      const there = await ctx.tx
        .selectFrom('webhook_endpoint')
        .select('id')
        .where('id', '=', id)
        .executeTakeFirst()
      return there ? refuse('conflict.version') : refuse('not_found', { what: 'webhook' })
    },
  )

/** Reads, changes and seals the secrets of an endpoint, newest first; `before` is null when they cannot be decrypted. */
async function changeSecrets(
  ctx: CommandContext,
  box: WebhookSecrets,
  id: string,
  change: (before: readonly string[] | null) => readonly string[] | null,
): Promise<Result<number>> {
  const row = await ctx.tx
    .selectFrom('webhook_endpoint')
    .select(['secrets', 'version'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (!row) return refuse('not_found', { what: 'webhook' })
  const after = change(openedSecrets(box, id, row.secrets))
  if (!after) return refuse('webhook.secret_lost')
  await ctx.tx
    .updateTable('webhook_endpoint')
    .set({ secrets: box.seal(id, after), version: row.version + 1 })
    .where('id', '=', id)
    .execute()
  return ok(after.length)
}

function rotateCommand({ secrets }: WebhookPorts): Command {
  return defineCommand(
    {
      name: 'webhook.rotate',
      title:
        'Adds a new signing secret; until webhook.retire everything is signed with the older ones as well',
      permission: manage,
      input: z.object({ id: z.uuid(), secret: secret.optional() }),
      output: z.object({ secret: z.string(), valid: z.int() }),
      secret: ['secret'],
      prepare: async (input) => ({ ...input, secret: input.secret ?? newSecret() }),
    },
    async (ctx, input) => {
      const own = input.secret ?? newSecret()
      const kept = await changeSecrets(ctx, secrets, input.id, (before) =>
        [own, ...(before ?? [])].slice(0, mostSecrets),
      )
      return kept.ok ? ok({ value: { secret: own, valid: kept.value }, ...changed(input.id) }) : kept
    },
  )
}

function retireCommand({ secrets }: WebhookPorts): Command {
  return defineCommand(
    {
      name: 'webhook.retire',
      title: 'Ends a rotation: only the newest secret stays valid',
      permission: manage,
      input: z.object({ id: z.uuid() }),
      output: z.object({}),
    },
    async (ctx, { id }) => {
      const kept = await changeSecrets(ctx, secrets, id, (before) => before?.slice(0, 1) ?? null)
      return kept.ok ? ok({ value: {}, ...changed(id) }) : kept
    },
  )
}

const removeCommand = defineCommand(
  {
    name: 'webhook.remove',
    title: 'Removes an endpoint and the record of its deliveries',
    permission: manage,
    input: z.object({ id: z.uuid() }),
    output: z.object({}),
  },
  async (ctx, { id }) => {
    const gone = await ctx.tx.deleteFrom('webhook_endpoint').where('id', '=', id).executeTakeFirst()
    return gone.numDeletedRows === 0n
      ? refuse('not_found', { what: 'webhook' })
      : ok({ value: {}, ...changed(id) })
  },
)

const resendCommand = defineCommand(
  {
    name: 'webhook.resend',
    title: 'Sends a delivery again, dead or not, with the same webhook-id',
    permission: { roles: ['supervisor'] },
    input: z.object({ deliveryId: z.uuid() }),
    output: z.object({}),
  },
  async (ctx, { deliveryId }) => {
    const row = await ctx.tx
      .updateTable('webhook_delivery')
      .set({ state: 'queued', attempts: 0 })
      .where('id', '=', deliveryId)
      .returning('endpointId')
      .executeTakeFirst()
    if (!row) return refuse('not_found', { what: 'delivery' })
    return ok({ value: {}, jobs: [deliverJob(deliveryId, row.endpointId, ctx.nowMs)] })
  },
)

/** What people and programs can tell the webhooks. */
export function makeWebhookCommands(ports: WebhookPorts): Command[] {
  return [
    createCommand(ports),
    updateCommand(ports),
    rotateCommand(ports),
    retireCommand(ports),
    removeCommand,
    resendCommand,
  ]
}
