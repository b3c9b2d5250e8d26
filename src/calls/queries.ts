import { z } from 'zod'
import { defineQuery, type Query } from '../access/command.ts'
import { ok, type Refusal } from '../kernel/result.ts'
import { sentence } from '../kernel/sentence.ts'
import { type Reader, sql } from '../store/index.ts'

const text = z.string().nullable()

const utterance = z.object({
  id: z.uuid(),
  speaker: z.enum(['customer', 'agent', 'unknown']),
  /** The recogniser's own name of the voice, where nobody knows who it is. */
  voice: text,
  text: z.string(),
  startMs: z.int(),
  endMs: z.int(),
})

const call = z.object({
  /** The message that stands for the call. */
  messageId: z.uuid(),
  direction: z.enum(['in', 'out']).nullable(),
  customerNumber: text,
  hotline: text,
  agent: text,
  startedAt: text,
  answeredAt: text,
  endedAt: text,
  hangupCause: text,
  /** The recording that is played: its bytes are at `/api/attachments/:id`. */
  recording: z.object({ id: z.uuid(), name: z.string(), contentType: text }).nullable(),
  /** `ongoing`, `expecting` a recording that nobody has named yet, `fetching` it, `transcribing`, or how it ended. */
  stage: z.enum(['ongoing', 'expecting', 'fetching', 'transcribing', 'transcribed', 'untranscribed']),
  /** When the hub tries next; null when it works on it now or waits for nothing. */
  nextTryAt: text,
  /** What the last try met, in the words of the program. */
  lastError: text,
  /** Why there is no transcript. */
  reason: z.object({ code: z.string(), zh: z.string(), en: z.string() }).nullable(),
  canRetry: z.boolean(),
  recogniser: text,
  /** The words were written for a demonstration; nobody heard them. */
  scripted: z.boolean(),
  utterances: z.array(utterance),
})

type CallView = z.infer<typeof call>

/** What can be asked about calls. */
export const queries: readonly Query[] = [
  defineQuery(
    {
      name: 'call.ofConversation',
      title: 'The calls of a conversation with their recordings and transcripts',
      permission: {
        roles: ['supervisor', 'agent', 'dispatcher', 'auditor'],
        scopes: ['conversations:read'],
      },
      input: z.object({ conversationId: z.uuid() }),
      output: z.object({ calls: z.array(call) }),
      audit: ({ conversationId }) => `conversation:${conversationId}`,
    },
    async ({ db }, { conversationId }) => {
      const rows = await db
        .selectFrom('call')
        .selectAll()
        .where('conversationId', '=', conversationId)
        .orderBy('startedAt')
        .execute()
      return ok({ calls: await Promise.all(rows.map((row) => viewOf(db, row))) })
    },
  ),
]

type CallRow = Awaited<ReturnType<typeof readCall>>
const readCall = (db: Reader) => db.selectFrom('call').selectAll().executeTakeFirstOrThrow()

async function viewOf(db: Reader, row: CallRow): Promise<CallView> {
  const { messageId } = row
  const [files, utterances] = await Promise.all([
    db
      .selectFrom('attachment')
      .select(['id', 'name', 'contentType', 'state'])
      .where('messageId', '=', messageId)
      .orderBy('ordinal')
      .execute(),
    db
      .selectFrom('utterance')
      .select(['id', 'speaker', 'voice', 'text', 'startMs', 'endMs'])
      .where('messageId', '=', messageId)
      .orderBy('ordinal')
      .execute(),
  ])
  const played =
    files.find((file) => file.id === row.attachmentId) ?? files.find((file) => file.state === 'stored')
  const stage = stageOf(row, files)
  const work = await workOf(db, stage, messageId, files)
  const reason = work.dead ?? (row.reason as Pick<Refusal, 'code' | 'params'> | null)
  const { direction, customerNumber, hotline, agent, hangupCause, recogniser } = row
  return {
    ...{ messageId, customerNumber, hotline, agent, hangupCause, recogniser },
    direction: direction as CallView['direction'],
    startedAt: (row.startedAt ?? row.answeredAt)?.toISOString() ?? null,
    answeredAt: row.answeredAt?.toISOString() ?? null,
    endedAt: row.endedAt?.toISOString() ?? null,
    recording: played ? { id: played.id, name: played.name, contentType: played.contentType } : null,
    stage: work.dead ? 'untranscribed' : stage,
    nextTryAt: work.nextTryAt,
    lastError: work.lastError,
    reason: reason && { code: reason.code, zh: sentence(reason, 'zh'), en: sentence(reason, 'en') },
    canRetry: stage !== 'transcribed' && files.length > 0,
    scripted: recogniser === 'scripted',
    utterances: utterances as CallView['utterances'],
  }
}

function stageOf(row: CallRow, files: readonly { readonly state: string }[]): CallView['stage'] {
  if (row.state === 'transcribed' || row.state === 'untranscribed') return row.state
  if (files.some((file) => file.state === 'stored')) return 'transcribing'
  if (files.some((file) => file.state === 'pending')) return 'fetching'
  return row.endedAt === null ? 'ongoing' : 'expecting'
}

interface Work {
  readonly nextTryAt: string | null
  readonly lastError: string | null
  /** The work was given up by the runner. */
  readonly dead: Pick<Refusal, 'code' | 'params'> | null
}

/** Where the job stands that the call waits for. */
async function workOf(
  db: Reader,
  stage: CallView['stage'],
  messageId: string,
  files: readonly { readonly id: string; readonly state: string }[],
): Promise<Work> {
  const none = { nextTryAt: null, lastError: null, dead: null }
  if (stage !== 'fetching' && stage !== 'transcribing') return none
  const kind = stage === 'fetching' ? 'attachment.fetch' : 'call.transcribe'
  const keys =
    stage === 'fetching' ? files.filter((f) => f.state === 'pending').map((f) => f.id) : [messageId]
  const job = await db
    .selectFrom('job')
    .select(['state', 'dueAt', 'lastError', 'attempts'])
    .where('kind', '=', kind)
    .where('uniqueKey', 'in', keys)
    .orderBy(sql`"state" = 'dead'`)
    .orderBy('dueAt')
    .executeTakeFirst()
  if (!job) return none
  const { lastError } = job
  if (job.state === 'dead')
    return { ...none, lastError, dead: { code: 'asr.unavailable', params: { reason: lastError ?? '' } } }
  return { ...none, lastError, nextTryAt: job.state === 'ready' ? job.dueAt.toISOString() : null }
}
