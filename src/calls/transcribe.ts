import { readCatalogue } from '../catalogue/index.ts'
import { type Effects, noEffects } from '../contract/jobs.ts'
import {
  RecogniserError,
  type RecogniserPort,
  type Speaker,
  type Transcript,
  type Utterance,
} from '../contract/transcript.ts'
import { derivedId } from '../kernel/ids.ts'
import { type Refusal, refuse } from '../kernel/result.ts'
import { defineHandler, type Job, type JobHandler, RetryLater, type StepContext } from '../queue/index.ts'
import { json, type Reader, sql, type Tx } from '../store/index.ts'
import { assignSpeakers } from './speakers.ts'

/** What calls need from app. */
export interface CallPorts {
  /** Null when none is configured: calls then stay without a transcript, until somebody asks again. */
  readonly recogniser: RecogniserPort | null
}

/** Tries that failed before a person must ask again; about five hours. */
const mostAttempts = 12
/** Hotwords that are sent along at most. */
const mostHotwords = 200

type Outcome =
  | { readonly transcript: Transcript; readonly attachmentId: string }
  | { readonly refusal: Refusal }

/** Turns the recording of a call into utterances: `call.transcribe`. */
export function makeTranscribeHandler(ports: CallPorts): JobHandler {
  return defineHandler<'call.transcribe', undefined, Outcome | null>({
    kind: 'call.transcribe',
    prepare: (job, ctx) => prepare(ports, job, ctx),
    async commit(tx, outcome, job, ctx) {
      if (!outcome) return noEffects
      const { messageId } = job.payload
      return 'transcript' in outcome
        ? await storeTranscript(tx, messageId, outcome, ctx)
        : await untranscribed(tx, messageId, outcome.refusal, ctx.nowMs)
    },
  })
}

async function prepare(
  { recogniser }: CallPorts,
  job: Job<'call.transcribe'>,
  ctx: StepContext,
): Promise<Outcome | null> {
  const { messageId } = job.payload
  const call = await ctx.db
    .selectFrom('call')
    .select(['state', 'tracks'])
    .where('messageId', '=', messageId)
    .executeTakeFirst()
  if (!call || call.state === 'transcribed') return null
  const files = await recordingsOf(ctx.db, messageId)
  const stored = files.find((file) => file.state === 'stored')
  if (!stored) {
    if (files.some((file) => file.state === 'pending')) return null
    const reason = files.at(-1)?.reason
    // The codes of refused files are those of the catalogue.
    return { refusal: reason ? { code: reason as Refusal['code'], params: {} } : noRecording }
  }
  if (!recogniser) return { refusal: refuse('asr.none').refusal }
  const { id, hash, size, contentType } = stored
  const recording = {
    hash: hash!,
    size: size!,
    contentType: contentType!,
    tracks: call.tracks as readonly Speaker[],
    hotwords: await hotwords(ctx.db),
    language: 'zh',
  }
  try {
    return { transcript: await recogniser.transcribe(recording, ctx.signal), attachmentId: id }
  } catch (error) {
    return failed(error, job.attempts)
  }
}

const noRecording = refuse('call.no_recording').refusal

/** The recordings of a call, in the order in which they were reported. */
export async function recordingsOf(db: Reader, messageId: string) {
  return await db
    .selectFrom('attachment')
    .select(['id', 'state', 'reason', 'hash', 'size', 'contentType'])
    .where('messageId', '=', messageId)
    .orderBy('ordinal')
    .execute()
}

/** Names that people say on the telephone and recognisers do not know. */
async function hotwords(db: Reader): Promise<string[]> {
  const { categories, models } = await readCatalogue(db)
  const words = [...categories.flatMap((c) => [c.name, ...c.aliases]), ...models.map((m) => m.model)]
  return [...new Set(words)].slice(0, mostHotwords)
}

/** Tries again what may pass; gives up on what will not, and after too many tries. */
function failed(error: unknown, attempts: number): Outcome {
  if (!(error instanceof RecogniserError)) throw error
  const { refusal, retry, waitMs, message } = error
  if (retry === 'never') return { refusal }
  if (refusal.code === 'asr.busy') throw new RetryLater(message, waitMs ?? 5_000, true)
  if (attempts >= mostAttempts) return { refusal }
  throw new RetryLater(message, waitMs ?? Math.min(1_800_000, 15_000 * 2 ** (attempts - 1)))
}

/** The job that reads a conversation again; coalesced like that of a new message. */
function extractJob(conversationId: string) {
  return {
    kind: 'conversation.extract' as const,
    payload: { conversationId },
    uniqueKey: conversationId,
    serialKey: `conversation:${conversationId}`,
  }
}

async function storeTranscript(
  tx: Tx,
  messageId: string,
  { transcript, attachmentId }: Extract<Outcome, { transcript: Transcript }>,
  { nowMs }: StepContext,
): Promise<Effects> {
  const done = await tx
    .updateTable('call')
    .set({
      state: 'transcribed',
      reason: null,
      recogniser: transcript.recogniser,
      language: transcript.language,
      durationMs: transcript.durationMs,
      attachmentId,
      transcribedAt: new Date(nowMs),
    })
    .where('messageId', '=', messageId)
    .where('state', '!=', 'transcribed')
    .returning('conversationId')
    .executeTakeFirst()
  if (!done) return noEffects
  const utterances = inOrder(transcript.utterances)
  await insertUtterances(tx, messageId, utterances)
  await readAgain(tx, messageId)
  const { conversationId } = done
  const data = { conversationId, recogniser: transcript.recogniser, utterances: utterances.length }
  return {
    events: [{ type: 'call.transcribed', subject: 'call', subjectId: messageId, data }],
    jobs: [extractJob(conversationId)],
  }
}

/** What was said, by its beginning, with the speakers named. */
function inOrder(utterances: readonly Utterance[]): Utterance[] {
  const said = utterances
    .filter(({ text, final }) => final && text.trim() !== '')
    .sort((a, b) => a.startMs - b.startMs || a.endMs - b.endMs || (a.leg ?? 0) - (b.leg ?? 0))
  return assignSpeakers(said).map((utterance, ordinal) => ({ ...utterance, ordinal }))
}

const atOnce = 500

async function insertUtterances(tx: Tx, messageId: string, utterances: readonly Utterance[]): Promise<void> {
  for (let i = 0; i < utterances.length; i += atOnce) {
    await tx
      .insertInto('utterance')
      .values(
        utterances.slice(i, i + atOnce).map((u) => ({
          id: derivedId('utterance', messageId, u.ordinal),
          messageId,
          ordinal: u.ordinal,
          speaker: u.speaker,
          leg: u.leg,
          voice: u.voice,
          text: u.text.trim(),
          startMs: Math.max(0, Math.round(u.startMs)),
          endMs: Math.max(0, Math.round(u.startMs), Math.round(u.endMs)),
          confidence: u.confidence,
          words: u.words ? json(u.words) : null,
        })),
      )
      .execute()
  }
}

/** The call's words are news, also where its ticket was made without them. Its extraction never runs at the same time: one serial key. */
async function readAgain(tx: Tx, messageId: string): Promise<void> {
  await sql`
    update conversation c set "extractedSeq" = least(c."extractedSeq", m."seq" - 1)
    from message m where m."id" = ${messageId} and c."id" = m."conversationId"`.execute(tx)
}

/** Notes why a call has no transcript; its ticket is made without one. */
async function untranscribed(tx: Tx, messageId: string, refusal: Refusal, nowMs: number): Promise<Effects> {
  const done = await tx
    .updateTable('call')
    .set({ state: 'untranscribed', reason: json({ code: refusal.code, params: refusal.params }) })
    .where('messageId', '=', messageId)
    .where('state', '!=', 'transcribed')
    .returning(['conversationId', 'endedAt'])
    .executeTakeFirst()
  if (!done) return noEffects
  const { conversationId } = done
  const data = { conversationId, code: refusal.code }
  const event = { type: 'call.untranscribed' as const, subject: 'call', subjectId: messageId, data }
  return { events: [event], jobs: [{ ...extractJob(conversationId), dueAtMs: nowMs }] }
}

/** Ends the wait for a call's words: `call.settle`. What is still to come adds to the ticket later. */
export const settleHandler: JobHandler = defineHandler<'call.settle', undefined, null>({
  kind: 'call.settle',
  prepare: async () => null,
  async commit(tx, _prepared, job, ctx) {
    const { messageId } = job.payload
    const call = await tx
      .selectFrom('call')
      .select(['state', 'conversationId', 'answeredAt'])
      .where('messageId', '=', messageId)
      .forUpdate()
      .executeTakeFirst()
    if (call?.state !== 'open') return noEffects
    const files = await recordingsOf(tx, messageId)
    if (files.some((file) => file.state !== 'refused'))
      return { events: [], jobs: [extractJob(call.conversationId)] }
    const refusal = call.answeredAt === null ? refuse('call.unanswered').refusal : noRecording
    return await untranscribed(tx, messageId, refusal, ctx.nowMs)
  },
})
