import { createHmac, timingSafeEqual } from 'node:crypto'
import { Readable } from 'node:stream'
import { z } from 'zod'
import { defineCommand, defineQuery, type Session, type Sessions } from '../../../src/access/index.ts'
import type { Actor } from '../../../src/contract/actor.ts'
import type { Channel, ReceiveOutcome } from '../../../src/contract/channel.ts'
import type { MediaStore, ReceiveItem } from '../../../src/contract/ports.ts'
import { buildServer, type ServerDeps } from '../../../src/http/index.ts'
import { manualClock } from '../../../src/kernel/clock.ts'
import { silentLog } from '../../../src/kernel/log.ts'
import { ok, refuse } from '../../../src/kernel/result.ts'

export const accountId = '0199a000-0000-7000-8000-000000000001'
const secret = 'toy secret'

/** The signature that the toy channel wants. */
export const sign = (body: string | Buffer) => createHmac('sha256', secret).update(body).digest('hex')

/** A channel that signs raw bodies and takes one JSON message per request. */
export const toyChannel: Channel<unknown> = {
  kind: 'toy',
  capabilities: {
    maxTextLength: 100,
    cards: 'text',
    attachments: false,
    ackBudgetMs: null,
    redeliveryHorizonMs: 0,
    replyWindow: null,
    idempotentSend: 'none',
    settleMs: 0,
    maxRequestBytes: 100_000,
  },
  configSchema: z.unknown(),
  handshake: (request) =>
    request.query.echo === undefined ? null : ok({ status: 200, body: request.query.echo }),
  verify(request) {
    const given = Buffer.from(request.headers['x-signature'] ?? '', 'hex')
    const expected = createHmac('sha256', secret).update(request.body).digest()
    if (given.length === 0) return refuse('signature.missing')
    if (given.length !== expected.length || !timingSafeEqual(given, expected))
      return refuse('signature.invalid')
    return ok({ request, claims: { by: 'toy' } })
  },
  parse: ({ request }) => {
    const { id, from } = JSON.parse(Buffer.from(request.body).toString()) as { id: string; from: string }
    return [
      {
        kind: 'message',
        dedupeKey: id,
        senderKey: from,
        threadKey: from,
        identity: { externalId: from },
        message: { kind: 'text', providerMessageId: id, sentAtMs: null, text: 'x', attachments: [] },
      },
    ]
  },
  ack: (_verified, outcomes) => ({
    status: 202,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ids: outcomes.map((o) => o.envelopeId) }),
  }),
  render: () => [],
  deliver: async () => ({ providerMessageId: '' }),
}

const user: Extract<Actor, { kind: 'user' }> = {
  kind: 'user',
  id: '0199a000-0000-7000-8000-0000000000aa',
  name: '王敏',
  roles: ['agent'],
  staffId: null,
}

/** The one session of the toy hub: cookie `good`, CSRF token `csrf`. */
export const session: Session = { user, login: 'wang', lang: 'zh', csrf: 'csrf', expiresAtMs: 2_000_000 }

const sessions: Sessions = {
  signIn: async ({ password }) =>
    password === 'right' ? ok({ cookie: 'good', session }) : refuse('access.bad_credentials'),
  open: async () => ({ cookie: 'good', session }),
  resume: async (cookie) => (cookie === 'good' ? session : null),
  signOut: async () => {},
  signOutEverywhere: async () => {},
  proving: (_userId, work) => work(),
}

export const greet = defineCommand(
  {
    name: 'thing.greet',
    title: 'Greets',
    permission: { roles: ['agent'], scopes: ['tickets:write', 'things:write'] },
    input: z.object({ name: z.string() }),
    output: z.object({ text: z.string() }),
  },
  async (_ctx, { name }) => ok({ value: { text: `hello ${name}`, secret: 'never shown' } }),
)

const changePassword = defineCommand(
  {
    name: 'user.changePassword',
    title: 'Changes the password',
    permission: { roles: ['agent'] },
    input: z.object({}),
    output: z.object({}),
  },
  async () => ok({ value: {} }),
)

export const find = defineQuery(
  {
    name: 'thing.find',
    title: 'Finds',
    permission: { roles: ['agent'] },
    input: z.object({
      limit: z.number().int().max(10).default(5),
      open: z.boolean().optional(),
      status: z.array(z.string()).default([]),
    }),
    output: z.unknown(),
  },
  async (_ctx, input) => ok(input),
)

const noMedia: MediaStore = {
  put: async () => refuse('store.full'),
  get: async () => new Uint8Array(),
  stream: async () => Readable.from([]),
  has: async () => false,
  look: async () => null,
}

/** Toys in the place of all rooms. `stored` collects what the inbox was given. */
export function toyDeps(stored: ReceiveItem[] = []): ServerDeps {
  return {
    commands: [greet, changePassword],
    queries: [find],
    runner: {
      async execute(command, actor, raw) {
        const read = command.input.safeParse(raw)
        if (!read.success) return refuse('request.invalid', {}, [{ path: 'name', message: 'missing' }])
        const ctx = { tx: null as never, actor, nowMs: 0, ids: { next: () => '' }, commandId: '' }
        const done = await command.execute(ctx, read.data)
        return done.ok ? ok(done.value.value) : done
      },
      async ask(query, actor, raw) {
        const read = query.input.safeParse(raw)
        if (!read.success) return refuse('request.invalid')
        return await query.execute({ db: null as never, actor, nowMs: 0 }, read.data)
      },
    },
    identities: {
      sessions,
      token: async (value) =>
        value === 'yt_good' ? { kind: 'token', id: 't', name: 'shop', scopes: [], accountId: null } : null,
      link: async () => null,
    },
    accounts: {
      find: (kind, id) =>
        kind === 'toy' && id === accountId
          ? ok({ id, channel: toyChannel, config: {} })
          : refuse('channel.unknown'),
    },
    receive: async (items) => {
      stored.push(...items)
      return items.map((item): ReceiveOutcome => ({ envelopeId: item.dedupeKey, duplicate: false }))
    },
    clock: manualClock(1_000_000),
    log: silentLog,
    publicUrl: null,
    timeZone: 'Asia/Shanghai',
    trustedProxies: 0,
    media: noMedia,
    files: { attachment: async () => null, byHash: async () => null, messageHtml: async () => null },
    events: {
      after: async () => [],
      bounds: async () => ({ oldest: null, newest: 0 }),
      newest: async () => 0,
    },
    onEvents: () => () => {},
    readiness: async () => ({ database: 'ok' }),
    engineers: {
      job: async () => refuse('job_link.invalid'),
      act: async () => refuse('job_link.invalid'),
      file: async () => refuse('job_link.invalid'),
    },
    customers: {
      link: async () => refuse('link.invalid'),
      upload: async () => refuse('link.invalid'),
      progress: async () => refuse('link.invalid'),
      reply: async () => refuse('link.invalid'),
      expedite: async () => refuse('link.invalid'),
    },
    gauges: [],
    metricsToken: null,
    pagesDir: '/nonexistent',
    openApi: null,
  }
}

/** A hub whose rooms are toys and whose edge is the real one. */
export function toyHub(changes: Partial<ServerDeps> = {}) {
  const stored: ReceiveItem[] = []
  return { server: buildServer({ ...toyDeps(stored), ...changes }), stored }
}
