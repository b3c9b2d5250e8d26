import { z } from 'zod'

const id = z.uuid()

/** Payloads of all jobs by kind; checked when a job is written and when it is read. */
export const jobPayloads = {
  /** Read a conversation's new turns; coalesced per conversation. */
  'conversation.extract': z.object({ conversationId: id }),
  /** A customer's time to answer the hub's question is over. */
  'question.expire': z.object({ questionId: id }),
  /** A person speaks in a conversation: what the hub asked there need not be answered any more. */
  'question.drop': z.object({ conversationId: id }),
  /** Gives chats that wait to agents who have room. */
  'desk.assign': z.object({}),
  /** Fetch what a hint announced; one at a time for each pull key of an account, with the newest hint's data. */
  'channel.pull': z.object({ accountId: id, pullKey: z.string(), hint: z.record(z.string(), z.json()) }),
  /** Ask the vendor for the name of a sender whose messages carry none. */
  'identity.name': z.object({ identityId: id }),
  'attachment.fetch': z.object({ attachmentId: id }),
  /** Turn the stored recording of a call (its message) into utterances. */
  'call.transcribe': z.object({ messageId: id }),
  /** A call whose words are still missing becomes a ticket without them. */
  'call.settle': z.object({ messageId: id }),
  /** Has a model translate a message, or a reply before it is sent. */
  'message.translate': z.object({ translationId: id }),
  'ticket.route': z.object({ ticketId: id }),
  /** An offer's time is over. */
  'offer.expire': z.object({ offerId: id }),
  /** A ticket moved: offers that it makes void are taken back. */
  'offer.settle': z.object({ ticketId: id }),
  /** The engineer of a ticket that was cancelled, or opened again after that, is told; or that its customer presses for it. */
  'engineer.inform': z.object({ ticketId: id, about: z.literal('expedited').optional() }),
  'ticket.acknowledge': z.object({ ticketId: id, conversationId: id }),
  'ticket.inform': z.object({ ticketId: id, template: z.string() }),
  /** Looks for open tickets that a new or changed one probably doubles. */
  'ticket.compare': z.object({ ticketId: id }),
  /** Looks for others with the cause of a ticket at its place and time. */
  'incident.gather': z.object({ ticketId: id }),
  /** A ticket ended: an incident of which none is left is closed. */
  'incident.settle': z.object({ ticketId: id }),
  /** Takes an erased ticket out of its incident. */
  'incident.forget': z.object({ ticketId: id }),
  'sla.check': z.object({ ticketId: id }),
  /** An agent's answer went out: it meets the promised first response of the conversation's tickets. */
  'ticket.responded': z.object({ conversationId: id }),
  /** Ends a hold whose time is over. */
  'ticket.resume': z.object({ ticketId: id }),
  /** Closes a ticket that stayed resolved. */
  'ticket.close': z.object({ ticketId: id }),
  /** Erases a person from what belongs to an erased ticket: conversations, envelopes, stored commands. */
  'ticket.forget': z.object({ ticketId: id }),
  /** Removes files that nothing refers to any more. */
  'media.forget': z.object({ hashes: z.array(z.string()) }),
  /** Removes old files that no row names; plans itself again once a day. */
  'media.sweep': z.object({}),
  /** Reads the next cases of an evaluation run; leaves itself behind until all are read. */
  'evaluation.step': z.object({ runId: id }),
  /** Trains a classifier from the cold start and corrected tickets into a draft version. */
  'evaluation.train': z.object({ versionId: id }),
  'outbox.render': z.object({ outboxId: id }),
  'outbox.send': z.object({ partId: id }),
  /** Looks for outgoing messages whose turn it is and for which nobody does anything. */
  'outbox.sweep': z.object({}),
  'webhook.fanout': z.object({}),
  'webhook.deliver': z.object({ deliveryId: id }),
  'audit.chain': z.object({}),
  'retention.sweep': z.object({}),
} as const

export type JobKind = keyof typeof jobPayloads
export type JobPayload<K extends JobKind> = z.infer<(typeof jobPayloads)[K]>

/** A job to be written in the transaction that causes it. */
export type NewJob = {
  [K in JobKind]: {
    readonly kind: K
    readonly payload: JobPayload<K>
    /** When to run, ms; now when absent. */
    readonly dueAtMs?: number
    /** A ready job of the same kind and key is moved to the new time, with the new payload, instead of doubled. */
    readonly uniqueKey?: string
    /** Jobs of the same key run one after the other. */
    readonly serialKey?: string
    /** Only the process that holds the lease of this name runs it; while nobody does, it waits. Any process when absent. */
    readonly lease?: string
    readonly maxAttempts?: number
  }
}[JobKind]

/** Work that a step leaves behind. */
export interface Effects {
  readonly events: readonly import('./events.ts').NewEvent[]
  readonly jobs: readonly NewJob[]
}

/** Nothing left to do. */
export const noEffects: Effects = { events: [], jobs: [] }

/** Puts effects together in order. */
export function joinEffects(...parts: readonly Effects[]): Effects {
  return { events: parts.flatMap((p) => p.events), jobs: parts.flatMap((p) => p.jobs) }
}
