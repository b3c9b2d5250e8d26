import type { Evidence, Extraction, Turn } from '../contract/extraction.ts'
import type { Reader } from '../store/index.ts'
import type { ReadConversation } from './conversation.ts'
import { readPhone } from './read/phone.ts'

/** A call of a conversation, as the pipeline needs it. */
export interface ReadCall {
  readonly messageId: string
  /** Its place among the conversation's messages. */
  readonly seq: number
  readonly version: number
  readonly direction: string | null
  readonly customerNumber: string | null
  readonly startedAt: Date | null
  readonly answeredAt: Date | null
  readonly endedAt: Date | null
  readonly utterances: readonly {
    readonly id: string
    readonly speaker: string
    readonly text: string
    readonly startMs: number
    readonly endMs: number
  }[]
}

/** The calls that some messages stand for, with what was said in them. */
export async function readCalls(
  db: Reader,
  messages: readonly { readonly id: string; readonly seq: number }[],
): Promise<ReadCall[]> {
  if (messages.length === 0) return []
  const ids = messages.map((m) => m.id)
  const [calls, utterances] = await Promise.all([
    db
      .selectFrom('call')
      .select(['messageId', 'version', 'direction', 'customerNumber', 'startedAt', 'answeredAt', 'endedAt'])
      .where('messageId', 'in', ids)
      .execute(),
    db
      .selectFrom('utterance')
      .select(['id', 'messageId', 'speaker', 'text', 'startMs', 'endMs'])
      .where('messageId', 'in', ids)
      .orderBy('ordinal')
      .execute(),
  ])
  return calls.map((call) => ({
    ...call,
    seq: messages.find((m) => m.id === call.messageId)!.seq,
    utterances: utterances.filter((u) => u.messageId === call.messageId),
  }))
}

/**
 * A call as turns: what the agent noted, then each utterance with its time in the recording. Where nobody knows who speaks, the
 * words are read as the customer's: what the customer said is not missed, and values still need their evidence.
 */
export function callTurns(
  call: ReadCall,
  message: { readonly id: string; readonly text: string; readonly at: Date },
): Turn[] {
  const fromMs = (call.answeredAt ?? call.startedAt ?? message.at).getTime()
  const note: Turn[] =
    message.text === '' ? [] : [{ id: message.id, speaker: 'agent', text: message.text, atMs: fromMs }]
  const said = call.utterances.map(
    ({ id, speaker, text, startMs, endMs }): Turn => ({
      ...{ id, text, startMs, endMs },
      speaker: speaker === 'agent' ? 'agent' : 'customer',
      atMs: fromMs + startMs,
    }),
  )
  return [...note, ...said]
}

/**
 * A customer's call that somebody answered and whose words nobody can read (yet): it is a request all the same, and a person hears
 * the recording. Null when there is none among what is new.
 */
export function unheardCall({ calls, extractedSeq }: ReadConversation): ReadCall | null {
  const unheard = calls.find(
    (call) =>
      call.seq > extractedSeq &&
      call.endedAt !== null &&
      call.answeredAt !== null &&
      call.direction !== 'out' &&
      call.utterances.length === 0,
  )
  return unheard ?? null
}

/** The caller's number stands for the phone where nobody named another one. Its evidence is the call's record. */
export function withCaller(extraction: Extraction, calls: readonly ReadCall[]): Extraction {
  if (extraction.fields.phone) return extraction
  for (const { messageId, version, customerNumber } of calls) {
    const value = customerNumber === null ? null : readPhone([customerNumber])
    if (value === null) continue
    const evidence: Evidence = {
      kind: 'record',
      table: 'call',
      id: messageId,
      version,
      field: 'customerNumber',
    }
    const phone = {
      value,
      evidence: [evidence],
      method: 'record',
      confidence: 1,
      verdict: 'accepted',
    } as const
    return { ...extraction, fields: { ...extraction.fields, phone } }
  }
  return extraction
}
