import { systemActor } from '../contract/actor.ts'
import type { Catalogue, Extraction } from '../contract/extraction.ts'
import { joinEffects, type NewJob, noEffects } from '../contract/jobs.ts'
import { derivedId } from '../kernel/ids.ts'
import { defineHandler, type JobHandler, stale } from '../queue/index.ts'
import { json, type Reader } from '../store/index.ts'
import { takeExtraction } from '../tickets/index.ts'
import { unheardCall, withCaller } from './call.ts'
import { type ReadConversation, readConversation } from './conversation.ts'
import { nothingRead } from './extract.ts'
import type { ExtractPort } from './port.ts'

export interface PipelinePorts {
  readonly extract: ExtractPort
  readonly catalogue: (db: Reader) => Promise<Catalogue>
  /** IANA zone of the business. */
  readonly timeZone: string
}

interface Prepared {
  readonly read: ReadConversation
  readonly extraction: Extraction
  readonly carriesRequest: boolean
}

/** Statuses of tickets that a conversation still feeds. */
const live = ['open', 'assigned', 'in_progress', 'on_hold', 'resolved']

/**
 * Reads a conversation's new turns into its ticket: `conversation.extract`. While a ticket lives, everything said is read again
 * for its fields, but only the new turns decide whether there is a new request; after it ended only the new turns count.
 */
export function makePipelineHandlers(ports: PipelinePorts): JobHandler[] {
  return [
    defineHandler<'conversation.extract', undefined, Prepared | null>({
      kind: 'conversation.extract',
      async prepare(job, ctx) {
        const { conversationId } = job.payload
        const catalogue = await ports.catalogue(ctx.db)
        const read = await readConversation(ctx.db, conversationId, { timeZone: ports.timeZone, catalogue })
        if (!read) return null
        const unheard = unheardCall(read)
        if (read.news.turns.length === 0 && !unheard) return null
        const said = read.news.turns.length > 0
        const heard = said ? await ports.extract(read.news, ctx.signal) : nothingRead('call.not_transcribed')
        const news: Extraction = unheard ? { ...heard, action: { kind: 'create' } } : heard
        const carriesRequest = news.action.kind === 'create' || news.action.kind === 'ask'
        const whole = !unheard && read.extractedSeq > 0 && (await feedsTicket(ctx.db, conversationId))
        const extraction = whole ? await ports.extract(read.input, ctx.signal) : news
        return { read, extraction: withCaller(extraction, read.calls), carriesRequest }
      },
      async commit(tx, prepared, job, ctx) {
        if (!prepared) return noEffects
        const { read, extraction, carriesRequest } = prepared
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
            lang: extraction.lang,
            at: new Date(ctx.nowMs),
          })
          .execute()
        const taken = await takeExtraction(
          tx,
          { conversationId: read.id, extractionId, extraction, carriesRequest, record: read.record },
          { actor: systemActor('pipeline'), nowMs: ctx.nowMs, causeId: job.id },
        )
        const data = { outcome: taken.outcome, ticketId: taken.ticketId }
        const event = {
          type: 'conversation.extracted' as const,
          subject: 'conversation',
          subjectId: read.id,
          data,
        }
        // Whoever was answered on the telephone has had the first response.
        const spoken = taken.outcome === 'opened' && read.calls.some((call) => call.answeredAt !== null)
        const jobs: NewJob[] = spoken
          ? [{ kind: 'ticket.responded', payload: { conversationId: read.id } }]
          : []
        return joinEffects({ events: [event], jobs }, taken.effects)
      },
    }),
  ]
}

async function feedsTicket(db: Reader, conversationId: string): Promise<boolean> {
  const row = await db
    .selectFrom('conversation_ticket as link')
    .innerJoin('ticket', 'ticket.id', 'link.ticketId')
    .select('ticket.id')
    .where('link.conversationId', '=', conversationId)
    .where('ticket.status', 'in', live)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}
