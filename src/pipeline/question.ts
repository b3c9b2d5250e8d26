import { systemActor } from '../contract/actor.ts'
import type { Extraction, ExtractionAction } from '../contract/extraction.ts'
import { type Effects, joinEffects, noEffects } from '../contract/jobs.ts'
import type { RecordRef } from '../contract/message.ts'
import { derivedId } from '../kernel/ids.ts'
import type { JsonObject } from '../kernel/json.ts'
import { enqueueMessage } from '../outbox/index.ts'
import { defineHandler, type Job, type JobHandler, type StepContext } from '../queue/index.ts'
import { json, type Tx } from '../store/index.ts'
import { appendTimeline, type Cause, type Taken, takeExtraction, ticketSettings } from '../tickets/index.ts'
import type { StoredQuestion } from './dialogue.ts'
import { endOf } from './turn.ts'

type Ask = Extract<ExtractionAction, { kind: 'ask' }>

/** The author of the hub's questions, as their messages name it. */
const author = { kind: 'system', id: 'question' } as const

/**
 * Asks a customer for a field, and notes it: each field once in a conversation, whatever dies in between. Null when it was asked
 * before, or the outbox may not speak by itself here; nothing is written then.
 */
export async function askFor(
  tx: Tx,
  asked: {
    readonly conversationId: string
    readonly extractionId: string
    readonly action: Ask
    readonly lang: 'zh' | 'en'
    readonly sinceSeq: number
  },
  nowMs: number,
): Promise<Effects | null> {
  const { conversationId, extractionId, lang, sinceSeq } = asked
  const { field, question: text, quickReplies } = asked.action
  const id = derivedId('question', conversationId, field)
  const before = await tx.selectFrom('question').select('id').where('id', '=', id).executeTakeFirst()
  if (before) return null
  const said = await enqueueMessage(
    tx,
    { idempotencyKey: `question:${id}`, conversationId, text, quickReplies, automatic: true, author, lang },
    nowMs,
  )
  if (!said.ok) return null
  const dueAtMs = nowMs + (await ticketSettings(tx)).questionWaitMs
  await tx
    .insertInto('question')
    .values({
      ...{ id, conversationId, field, extractionId, text, sinceSeq },
      messageId: said.value.messageId,
      quickReplies: [...quickReplies],
      askedAt: new Date(nowMs),
      dueAt: new Date(dueAtMs),
    })
    .execute()
  const expire = {
    kind: 'question.expire' as const,
    payload: { questionId: id },
    dueAtMs,
    serialKey: `conversation:${conversationId}`,
  }
  return joinEffects(said.value.effects, { events: [], jobs: [expire] })
}

/** Ends the waiting of a question, with the words that answered it where they were one of its quick replies. */
export async function endQuestion(
  tx: Tx,
  question: StoredQuestion,
  read: Pick<Extraction, 'fields' | 'choice'>,
  why: 'expired' | 'dropped',
  nowMs: number,
): Promise<void> {
  const state = endOf(question.field, read, why)
  const choice = read.choice?.field === question.field ? read.choice : null
  await tx
    .updateTable('question')
    .set({
      state,
      endedAt: new Date(nowMs),
      ...(choice ? { choice: choice.reply, evidence: json(choice.evidence) } : {}),
    })
    .where('id', '=', question.id)
    .where('state', '=', 'waiting')
    .execute()
}

/** Says on a ticket's timeline what was asked before it opened, and what came of it. */
export async function tellQuestions(
  tx: Tx,
  conversationId: string,
  ticketId: string,
  cause: Cause,
): Promise<void> {
  const rows = await tx
    .updateTable('question')
    .set({ ticketId })
    .where('conversationId', '=', conversationId)
    .where('ticketId', 'is', null)
    .where('state', '!=', 'waiting')
    .returning(['field', 'state', 'choice', 'evidence', 'askedAt'])
    .execute()
  const entries = rows
    .sort((a, b) => a.askedAt.getTime() - b.askedAt.getTime() || (a.field < b.field ? -1 : 1))
    .map(({ field, state, choice, evidence, askedAt }) => ({
      type: 'asked' as const,
      payload: {
        ...{ field, outcome: state, askedAtMs: askedAt.getTime() },
        ...(choice === null ? {} : { choice, evidence }),
      } as JsonObject,
    }))
  await appendTimeline(tx, ticketId, entries, cause)
}

type EndKind = 'question.expire' | 'question.drop'

/** Handlers of `question.expire` and `question.drop`: the ticket opens without the field. */
export const questionHandlers: readonly JobHandler[] = [
  defineHandler<'question.expire', undefined, null>({
    kind: 'question.expire',
    prepare: async () => null,
    commit: (tx, _nothing, job, ctx) => openWithout(tx, job, { id: job.payload.questionId }, 'expired', ctx),
  }),
  defineHandler<'question.drop', undefined, null>({
    kind: 'question.drop',
    prepare: async () => null,
    commit: (tx, _nothing, job, ctx) =>
      openWithout(tx, job, { conversationId: job.payload.conversationId }, 'dropped', ctx),
  }),
]

async function openWithout(
  tx: Tx,
  job: Job<EndKind>,
  which: { readonly id: string } | { readonly conversationId: string },
  why: 'expired' | 'dropped',
  ctx: StepContext,
): Promise<Effects> {
  let waiting = tx.selectFrom('question').selectAll().where('state', '=', 'waiting').forUpdate()
  waiting =
    'id' in which
      ? waiting.where('id', '=', which.id)
      : waiting.where('conversationId', '=', which.conversationId)
  const question = await waiting.executeTakeFirst()
  if (!question) return noEffects
  const { conversationId } = question
  const read = await newestReading(tx, conversationId)
  if (!read) return noEffects
  await endQuestion(tx, question as unknown as StoredQuestion, read.extraction, why, ctx.nowMs)
  const cause = { actor: systemActor(job.kind), nowMs: ctx.nowMs, causeId: job.id }
  const record = await namedRecord(tx, conversationId)
  const taken = await takeExtraction(
    tx,
    { conversationId, extractionId: read.id, extraction: read.extraction, carriesRequest: true, record },
    cause,
  )
  if (taken.ticketId) await tellQuestions(tx, conversationId, taken.ticketId, cause)
  return taken.effects
}

/** What was read last in a conversation; null when its customer was erased. */
async function newestReading(
  tx: Tx,
  conversationId: string,
): Promise<{ readonly id: string; readonly extraction: Extraction } | null> {
  const row = await tx
    .selectFrom('extraction as x')
    .innerJoin('conversation as c', 'c.id', 'x.conversationId')
    .select(['x.id', 'x.engine', 'x.fields', 'x.custom', 'x.action', 'x.dropped', 'x.labels', 'x.lang'])
    .where('x.conversationId', '=', conversationId)
    .where('c.erasedAt', 'is', null)
    .orderBy('x.at', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (!row) return null
  const { id, lang, labels, ...read } = row
  const extraction = { ...read, ...(labels === null ? {} : { labels }), lang: lang ?? 'zh' }
  return { id, extraction: extraction as unknown as Extraction }
}

async function namedRecord(tx: Tx, conversationId: string): Promise<RecordRef | null> {
  const row = await tx
    .selectFrom('message')
    .select('record')
    .where('conversationId', '=', conversationId)
    .where('record', 'is not', null)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  return (row?.record as RecordRef | undefined) ?? null
}

/** Outcomes of a step that gives nothing to the tickets yet. */
export type Held = {
  readonly outcome: 'asked' | 'waiting'
  readonly ticketId: null
  readonly effects: Effects
}
export type Outcome = Taken | Held
