import { z } from 'zod'
import { type Command, defineCommand } from '../access/command.ts'
import { type Effects, joinEffects } from '../contract/jobs.ts'
import { ok, refuse } from '../kernel/result.ts'
import { enqueueMessage, windowOpen } from '../outbox/index.ts'
import { type Reader, sql } from '../store/index.ts'
import { type Cause, desk } from '../tickets/index.ts'
import { announceIncident, lockIncident, note, saveIncident, tell } from './record.ts'

/** What answering needs from app. */
export interface AnswerPorts {
  /** Whether nothing can be said on this account's channel: it reports calls. */
  isMute(accountId: string): boolean
}

/** Why a customer of an incident is not told. */
export const silences = ['no_conversation', 'mute', 'window_closed'] as const
type Silence = (typeof silences)[number]

/** A customer of an incident: where they can be told something, or why not. */
export interface Listener {
  readonly ticketId: string
  readonly number: string
  readonly conversationId: string | null
  readonly silence: Silence | null
}

interface Heard {
  readonly ticketId: string
  readonly number: string
  readonly conversationId: string | null
  readonly accountId: string | null
}

/** Tickets of which a customer still waits, each with the conversations in which they were heard, the newest first. */
async function heardOf(db: Reader, incidentId: string): Promise<Heard[]> {
  const { rows } = await sql<Heard>`
    select t."id" as "ticketId", t."number", c."id" as "conversationId", c."accountId"
    from incident_ticket m join ticket t on t."id" = m."ticketId"
    left join conversation_ticket ct on ct."ticketId" = t."id"
    left join conversation c on c."id" = ct."conversationId" and c."erasedAt" is null
    where m."incidentId" = ${incidentId} and m."leftAt" is null and t."status" not in ('cancelled', 'merged')
    order by t."number", c."lastMessageAt" desc nulls last, c."id"`.execute(db)
  return rows
}

/** Whom a sentence about an incident reaches. Two tickets of one conversation are one customer, told once. */
export async function listenersOf(
  db: Reader,
  incidentId: string,
  { isMute }: AnswerPorts,
  nowMs: number,
): Promise<Listener[]> {
  const heard = await heardOf(db, incidentId)
  const listeners: Listener[] = []
  for (const ticketId of new Set(heard.map((each) => each.ticketId))) {
    const ways = heard.filter((each) => each.ticketId === ticketId && each.conversationId !== null)
    const { number } = heard.find((each) => each.ticketId === ticketId)!
    listeners.push({ ticketId, number, ...(await wayTo(db, ways, isMute, nowMs)) })
  }
  return listeners
}

async function wayTo(
  db: Reader,
  ways: readonly Heard[],
  isMute: AnswerPorts['isMute'],
  nowMs: number,
): Promise<Pick<Listener, 'conversationId' | 'silence'>> {
  let silence: Silence = 'no_conversation'
  for (const { conversationId, accountId } of ways) {
    if (isMute(accountId!)) silence = silence === 'no_conversation' ? 'mute' : silence
    else if (await windowOpen(db, conversationId!, nowMs)) return { conversationId, silence: null }
    else silence = 'window_closed'
  }
  return { conversationId: null, silence }
}

/**
 * `incident.answer`: one sentence to customers of an incident, each in their own conversation. Who is told was shown and confirmed
 * before, so the command names them; it does the same again in a replay, where nothing is sent and reply windows are others.
 */
export const answerIncident: Command = defineCommand(
  {
    name: 'incident.answer',
    title: 'Tells customers of an incident one sentence, each in their own conversation',
    permission: { ...desk, scopes: ['conversations:write'] },
    input: z.object({
      incidentId: z.uuid(),
      text: z.string().trim().min(1).max(2_000),
      /** Who is told, as `incident.audience` named them. */
      conversationIds: z.array(z.uuid()).min(1).max(2_000),
      /** Chosen by the page when somebody confirms: doing it twice tells everybody once. */
      key: z.string().min(8).max(100).optional(),
    }),
    output: z.object({ told: z.int() }),
  },
  async (ctx, { incidentId, text, conversationIds, key = ctx.commandId }) => {
    const { tx, nowMs, actor } = ctx
    const locked = await lockIncident(tx, incidentId)
    if (!locked.ok) return locked
    const cause: Cause = { actor, nowMs, causeId: ctx.commandId }
    const heard = await heardOf(tx, incidentId)
    const effects: Effects[] = []
    const asked = [...new Set(conversationIds)].sort()
    for (const conversationId of asked) {
      const ticketId = heard.find((each) => each.conversationId === conversationId)?.ticketId
      if (!ticketId) return refuse('not_found', { what: 'conversation' })
      const said = await enqueueMessage(
        tx,
        {
          idempotencyKey: `incident:${incidentId}:${key}:${conversationId}`,
          ...{ conversationId, ticketId, text, automatic: false },
          author: { kind: 'agent', id: actor.id, ...('name' in actor ? { name: actor.name } : {}) },
        },
        nowMs,
      )
      if (!said.ok) return said
      if (!said.value.isNew) continue
      effects.push(said.value.effects)
      await tell(tx, locked.value, ticketId, { what: 'answered' }, cause)
    }
    // The same answer again was said already, and noted.
    if (effects.length > 0) {
      await note(tx, incidentId, 'answered', { text, told: effects.length }, cause)
      const saved = await saveIncident(tx, locked.value, {})
      effects.push(announceIncident('incident.changed', saved, { answered: effects.length }))
    }
    return ok({ value: { told: asked.length }, ...joinEffects(...effects) })
  },
)
