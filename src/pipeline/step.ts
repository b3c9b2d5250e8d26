import { systemActor } from '../contract/actor.ts'
import { type Automatic, isChat } from '../contract/automatic.ts'
import type { Capabilities } from '../contract/channel.ts'
import type { Catalogue, Extraction, ExtractionAction } from '../contract/extraction.ts'
import { type Effects, joinEffects, type NewJob, noEffects } from '../contract/jobs.ts'
import type { KnowledgeAnswer, KnowledgePort } from '../contract/knowledge.ts'
import { derivedId } from '../kernel/ids.ts'
import { houseLanguage } from '../languages/index.ts'
import type { NoticePorts } from '../outbox/index.ts'
import { defineHandler, type JobHandler, type StepContext, stale } from '../queue/index.ts'
import { json, type Reader, type Tx } from '../store/index.ts'
import { type About, askAbout, type Cause, takeExtraction } from '../tickets/index.ts'
import { aboutOpenTicket, customerWords, dangerApart } from './about.ts'
import { answerAboutTicket, callPerson } from './answer.ts'
import { unheardCall, withCaller } from './call.ts'
import { type Consulted, consult, quoteArticle } from './consult.ts'
import { type ReadConversation, readConversation } from './conversation.ts'
import { readTalk, type Talk } from './dialogue.ts'
import { nothingRead } from './extract.ts'
import type { ExtractPort } from './port.ts'
import { askFor, endQuestion, type Outcome, questionHandlers, tellQuestions } from './question.ts'
import { decideTurn, isUrgent } from './turn.ts'
import { noRoom, roomToSpeak } from './window.ts'

/** A channel account as the pipeline knows it. */
export interface TalkingAccount {
  readonly capabilities: Capabilities
  readonly automatic: Automatic
}

export interface PipelinePorts {
  readonly extract: ExtractPort
  readonly catalogue: (db: Reader) => Promise<Catalogue>
  /** IANA zone of the business. */
  readonly timeZone: string
  /** The account in memory; undefined when it is gone or its settings are unusable. */
  readonly account: (accountId: string) => TalkingAccount | undefined
  readonly notices: NoticePorts
  /** Finds articles that answer an inquiry. */
  readonly knowledge: (db: Reader) => KnowledgePort
}

interface Prepared {
  readonly read: ReadConversation
  readonly talk: Talk
  /** What goes into a ticket: of everything that belongs to it, with the action that follows from what is new. */
  readonly extraction: Extraction
  readonly carriesRequest: boolean
  /** The article that answers what was asked. */
  readonly found: KnowledgeAnswer | null
  /** The open ticket that it is about, or may be. */
  readonly about: About | null
}

/**
 * Reads a conversation's new turns into its ticket: `conversation.extract`. While a ticket lives, everything said is read again
 * for its fields, but only the new turns decide whether there is a new request; after it ended only the new turns count. A request
 * that waits for an answer is read from its beginning. Where more is new than is read at once, another step goes on with the rest.
 */
export function makePipelineHandlers(ports: PipelinePorts): JobHandler[] {
  return [
    defineHandler<'conversation.extract', undefined, Prepared | null>({
      kind: 'conversation.extract',
      prepare: (job, ctx) => prepare(ports, job.payload.conversationId, ctx),
      async commit(tx, prepared, job, ctx) {
        if (!prepared) return noEffects
        const { read, extraction } = prepared
        const moved = await tx
          .updateTable('conversation')
          .set({ extractedSeq: read.lastSeq, lang: extraction.lang })
          .where('id', '=', read.id)
          .where('extractedSeq', '=', read.extractedSeq)
          .executeTakeFirst()
        if (moved.numUpdatedRows === 0n) return stale
        const extractionId = derivedId('extraction', job.id)
        await tx
          .insertInto('extraction')
          .values({
            id: extractionId,
            conversationId: read.id,
            engine: extraction.engine,
            fields: json(extraction.fields),
            custom: json(extraction.custom),
            action: json(extraction.action),
            dropped: json(extraction.dropped),
            labels: extraction.labels ? json(extraction.labels) : null,
            lang: extraction.lang,
            at: new Date(ctx.nowMs),
          })
          .execute()
        const cause = { actor: systemActor('pipeline'), nowMs: ctx.nowMs, causeId: job.id }
        const became = await follow(tx, ports, prepared, extractionId, cause)
        const data = { outcome: became.outcome, ticketId: became.ticketId, action: extraction.action.kind }
        const event = {
          type: 'conversation.extracted' as const,
          subject: 'conversation',
          subjectId: read.id,
          data,
        }
        // Whoever was answered on the telephone has had the first response.
        const spoken = became.outcome === 'opened' && read.calls.some((call) => call.answeredAt !== null)
        const payload = { conversationId: read.id }
        const jobs: NewJob[] = spoken ? [{ kind: 'ticket.responded', payload }] : []
        if (read.more) {
          const serialKey = `conversation:${read.id}`
          jobs.push({ kind: 'conversation.extract', payload, uniqueKey: read.id, serialKey })
        }
        return joinEffects({ events: [event], jobs }, became.effects)
      },
    }),
    ...questionHandlers,
  ]
}

async function prepare(
  ports: PipelinePorts,
  conversationId: string,
  ctx: StepContext,
): Promise<Prepared | null> {
  const catalogue = await ports.catalogue(ctx.db)
  const talk = await readTalk(ctx.db, conversationId)
  const { dialogue, waiting } = talk
  const read = await readConversation(ctx.db, conversationId, {
    timeZone: ports.timeZone,
    catalogue,
    dialogue,
  })
  if (!read) return null
  const unheard = unheardCall(read)
  const said = read.news.turns.length > 0
  if (!said && !unheard) return null
  const heard = said ? await ports.extract(read.news, ctx.signal) : nothingRead('call.not_transcribed')
  const news: Extraction = unheard ? { ...heard, action: { kind: 'create' } } : heard
  const apart = await dangerApart(ctx.db, ports.extract, { read, talk, news }, ctx.signal)
  if (apart) {
    const { choice: _of, ...danger } = apart.extraction
    const extraction = withCaller(danger, read.calls)
    const own = apart.ofRecord ? read : { ...read, record: null }
    return { read: own, talk, extraction, carriesRequest: true, found: null, about: null }
  }
  const whole = await readWhole(ports, { read, talk, news, unheard: unheard !== null }, ctx.signal)
  // A request that waits goes on with what is known of all of it; a ticket that lives with what is new.
  const meant = waiting && !talk.feeds ? whole.action : news.action
  const { about, action: next } = await aboutOpenTicket(ctx.db, { read, talk, said: whole, action: meant })
  const consulted = waiting || about?.kind === 'join' ? null : await consulting(ports, read, news, ctx)
  const action = consulted?.action ?? next
  const carriesRequest = news.action.kind === 'create' || news.action.kind === 'ask' || waiting !== null
  const { choice: _of, ...rest } = whole
  const extraction = {
    ...withCaller(rest, read.calls),
    action,
    ...(news.choice ? { choice: news.choice } : {}),
  }
  return { read, talk, extraction, carriesRequest, found: consulted?.found ?? null, about }
}

/** Asks the articles, where the account answers from them and there is room for the hub's own words. */
async function consulting(
  ports: PipelinePorts,
  read: ReadConversation,
  news: Extraction,
  ctx: StepContext,
): Promise<Consulted | null> {
  const account = ports.account(read.accountId)
  if (!account?.automatic.knowledge || news.action.kind !== 'none') return null
  const room = await roomToSpeak(ctx.db, read.id, account.capabilities, ctx.nowMs)
  if (!room.open || room.attended) return null
  const said = read.news.turns.filter(({ speaker }) => speaker === 'customer').map(({ text }) => text)
  return await consult(ctx.db, ports.knowledge(ctx.db), { conversationId: read.id, news, said })
}

/** Everything that belongs to the ticket which the new turns belong to. */
async function readWhole(
  ports: PipelinePorts,
  of: {
    readonly read: ReadConversation
    readonly talk: Talk
    readonly news: Extraction
    readonly unheard: boolean
  },
  signal: AbortSignal,
): Promise<Extraction> {
  const { read, talk, news } = of
  const { action } = news
  const elsewhere =
    'ticketId' in action && !talk.dialogue.tickets.some(({ id, here }) => here && id === action.ticketId)
  if (of.unheard || read.extractedSeq === 0 || elsewhere) return news
  if (talk.feeds) {
    const { feedsSince } = talk
    if (feedsSince === null) return news
    return await ports.extract(feedsSince === 0 ? read.input : read.since(feedsSince), signal)
  }
  return talk.waiting ? await ports.extract(read.since(talk.waiting.sinceSeq), signal) : news
}

/** Actions after which the hub may speak; the others go to the tickets without a look at who listens. */
const talking: readonly string[] = ['ask', 'progress', 'expedite', 'cancel', 'answer']

/** What follows from a reading: a question, more waiting, or the ticket, and what the hub answers by itself. */
async function follow(
  tx: Tx,
  ports: PipelinePorts,
  prepared: Prepared,
  extractionId: string,
  cause: Cause,
): Promise<Outcome> {
  const { read, talk, extraction, carriesRequest } = prepared
  const { action } = extraction
  const { waiting, feeds } = talk
  const account = ports.account(read.accountId)
  const wish = action.kind === 'create' ? action.cancel : undefined
  const looks = waiting !== null || wish !== undefined || talking.includes(action.kind)
  const room = looks && account ? await roomToSpeak(tx, read.id, account.capabilities, cause.nowMs) : noRoom
  const next = decideTurn({
    ...{ action, feeds, attended: room.attended },
    urgent: isUrgent(extraction),
    waiting: waiting?.field ?? null,
    mayAsk: room.open && account?.automatic.question === true,
  })
  if (next === 'wait') return { outcome: 'waiting', ticketId: null, effects: noEffects }
  if (waiting) await endQuestion(tx, waiting, extraction, 'dropped', cause.nowMs)
  if (next === 'ask' && action.kind === 'ask') {
    const lang = houseLanguage(extraction.lang)
    const sinceSeq = waiting?.sinceSeq ?? read.extractedSeq
    const of = { conversationId: read.id, extractionId, action, lang, sinceSeq } as const
    const asked = await askFor(tx, of, cause.nowMs)
    if (asked) return { outcome: 'asked', ticketId: null, effects: asked }
  }
  const { record } = read
  const words = customerWords(read.news)
  const sinceSeq = read.extractedSeq
  const intake = {
    conversationId: read.id,
    extractionId,
    extraction,
    carriesRequest,
    record,
    words,
    sinceSeq,
  }
  const taken = await takeExtraction(tx, intake, cause)
  if (taken.ticketId && talk.dialogue.askedFields.length > 0)
    await tellQuestions(tx, read.id, taken.ticketId, cause)
  const speaks = room.open && !room.attended
  const { ticketId } = taken
  // What was wished before the words had a ticket is about the one that they opened, or opened again.
  const meant = wish && ticketId ? { ...wish, kind: 'cancel' as const, ticketId } : action
  const said = { prepared, action: meant, account, extractionId, speaks, ticketId }
  const answered = await answer(tx, ports, said, cause)
  const { about } = prepared
  const asked =
    about?.kind === 'ask'
      ? await askAbout(tx, { conversationId: read.id, ticketId, about }, cause.nowMs)
      : noEffects
  return { ...taken, effects: joinEffects(taken.effects, answered, asked) }
}

/** What the hub answers by itself, or whom it calls. */
async function answer(
  tx: Tx,
  ports: PipelinePorts,
  of: {
    readonly prepared: Prepared
    readonly action: ExtractionAction
    readonly account: TalkingAccount | undefined
    readonly extractionId: string
    readonly speaks: boolean
    readonly ticketId: string | null
  },
  cause: Cause,
): Promise<Effects> {
  const { read, extraction } = of.prepared
  const { action } = of
  const conversationId = read.id
  const called = async () => {
    const chat = of.account !== undefined && isChat(of.account.capabilities)
    return await callPerson(tx, conversationId, { isChat: chat, nowMs: cause.nowMs })
  }
  switch (action.kind) {
    case 'progress':
    case 'expedite':
    case 'cancel': {
      const speaks = of.speaks && of.account?.automatic.state === true
      const { extractionId } = of
      const asked = { action, conversationId, extractionId, speaks }
      const told = await answerAboutTicket(tx, ports.notices, asked, cause)
      // Whether it is cancelled is for a person to say.
      return action.kind === 'cancel' ? joinEffects(told, await called()) : told
    }
    case 'handover':
      return await called()
    case 'answer': {
      const { found } = of.prepared
      if (!found || !of.speaks) return noEffects
      const { extractionId, ticketId } = of
      const lang = houseLanguage(extraction.lang)
      return await quoteArticle(tx, { conversationId, extractionId, found, lang, ticketId }, cause)
    }
    default:
      return noEffects
  }
}
