import { Webhook } from 'standardwebhooks'
import { type Effects, noEffects } from '../contract/jobs.ts'
import { FetchError } from '../contract/ports.ts'
import { errors } from '../kernel/errors.ts'
import { defineHandler, type Job, type JobHandler, type StepContext } from '../queue/index.ts'
import type { Tx } from '../store/index.ts'
import { deliverJob } from './fanout.ts'
import { webhookId } from './payload.ts'
import { openedSecrets, type WebhookPorts } from './ports.ts'
import { askedPauseMs, pauseAfter } from './schedule.ts'

const limits = { timeoutMs: 15_000, maxBytes: 64 * 1024, maxRedirects: 0 }

const secretLost = `${errors['webhook.secret_lost'].zh} ${errors['webhook.secret_lost'].en}`

/** How one try went. `final`: another one would end the same way. */
interface Tried {
  readonly deliveryId: string
  readonly endpointId: string
  readonly attempts: number
  readonly status: number | null
  /** null: it was taken. */
  readonly error: string | null
  readonly final: boolean
  readonly askedMs: number | null
}

/**
 * Handler of `webhook.deliver`: posts one event to one endpoint, signed by Standard Webhooks with every secret that is valid.
 * A 2xx ends it; 410 and refused addresses end it as a dead letter; anything else is tried again by the schedule.
 */
export function makeDeliverHandler(ports: WebhookPorts): JobHandler {
  return defineHandler({
    kind: 'webhook.deliver',
    prepare: (job, ctx) => post(ports, job, ctx),
    commit: (tx, tried, _job, ctx) => (tried ? settle(tx, tried, ctx.nowMs) : Promise.resolve(noEffects)),
  })
}

async function post(
  ports: WebhookPorts,
  job: Job<'webhook.deliver'>,
  ctx: StepContext,
): Promise<Tried | null> {
  const row = await ctx.db
    .selectFrom('webhook_delivery as d')
    .innerJoin('webhook_endpoint as e', 'e.id', 'd.endpointId')
    .select([
      'd.id',
      'd.endpointId',
      'd.eventId',
      'd.body',
      'd.attempts',
      'd.state',
      'e.url',
      'e.secrets',
      'e.enabled',
    ])
    .where('d.id', '=', job.payload.deliveryId)
    .executeTakeFirst()
  if (row?.state !== 'queued') return null
  const tried = { deliveryId: row.id, endpointId: row.endpointId, attempts: row.attempts + 1, askedMs: null }
  if (!row.enabled) return { ...tried, status: null, error: 'the endpoint is switched off', final: true }
  const body = JSON.stringify(row.body)
  const secrets = openedSecrets(ports.secrets, row.endpointId, row.secrets)
  if (!secrets) return { ...tried, status: null, error: secretLost, final: false }
  const headers = signed(webhookId(row.eventId), ctx.nowMs, body, secrets)
  try {
    const response = await ports.fetch(row.url, { method: 'POST', headers, body, signal: ctx.signal }, limits)
    const { status } = response
    if (status >= 200 && status < 300) return { ...tried, status, error: null, final: true }
    const askedMs = askedPauseMs(response.headers['retry-after'], ctx.nowMs)
    return { ...tried, status, error: `the endpoint answered ${status}`, final: status === 410, askedMs }
  } catch (error) {
    const final = error instanceof FetchError && error.refusal.code === 'fetch.private_address'
    return { ...tried, status: null, error: error instanceof Error ? error.message : String(error), final }
  }
}

function signed(id: string, nowMs: number, body: string, secrets: readonly string[]): Record<string, string> {
  const at = new Date(nowMs)
  return {
    'content-type': 'application/json; charset=utf-8',
    'user-agent': 'Yitong-Webhooks',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(nowMs / 1000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, at, body)).join(' '),
  }
}

async function settle(tx: Tx, tried: Tried, nowMs: number): Promise<Effects> {
  const pauseMs = tried.error === null || tried.final ? null : pauseAfter(tried.attempts, tried.askedMs)
  const state = tried.error === null ? 'sent' : pauseMs === null ? 'dead' : 'queued'
  const changed = await tx
    .updateTable('webhook_delivery')
    .set({
      state,
      attempts: tried.attempts,
      status: tried.status,
      lastError: tried.error?.slice(0, 500) ?? null,
      sentAt: state === 'sent' ? new Date(nowMs) : null,
    })
    .where('id', '=', tried.deliveryId)
    .where('state', '=', 'queued')
    .where('attempts', '=', tried.attempts - 1)
    .executeTakeFirst()
  if (changed.numUpdatedRows === 0n) return noEffects
  if (state === 'dead') return { events: [failedEvent(tried)], jobs: [] }
  if (pauseMs === null) return noEffects
  return { events: [], jobs: [deliverJob(tried.deliveryId, tried.endpointId, nowMs + pauseMs)] }
}

function failedEvent(tried: Tried) {
  return {
    type: 'webhook.failed' as const,
    subject: 'webhook',
    subjectId: tried.endpointId,
    data: { deliveryId: tried.deliveryId, status: tried.status, attempts: tried.attempts },
  }
}
