import type { JsonObject } from '../kernel/json.ts'
import type { Actor } from './actor.ts'

/**
 * Names of everything that is announced. One table in `app/reactions.ts` says which event starts which job;
 * pages follow them by server-sent events, programs by webhooks.
 */
export const eventTypes = [
  'message.received',
  'message.sent',
  'message.delivery',
  'message.translated',
  'attachment.stored',
  'call.reported',
  'call.transcribed',
  'call.untranscribed',
  'conversation.opened',
  'conversation.closed',
  'conversation.changed',
  'conversation.extracted',
  'conversation.assigned',
  'desk.presence',
  'contact.changed',
  'ticket.opened',
  'ticket.changed',
  'ticket.routed',
  'ticket.assigned',
  'ticket.transitioned',
  'ticket.expedited',
  'ticket.cancel_asked',
  'ticket.cancel_kept',
  'ticket.merged',
  'ticket.unmerged',
  'ticket.linked',
  'ticket.noted',
  'ticket.erased',
  'ticket.alike',
  'ticket.sla',
  'incident.opened',
  'incident.changed',
  'incident.closed',
  'offer.made',
  'offer.accepted',
  'offer.rejected',
  'offer.timed_out',
  'offer.rescinded',
  'offer.cancelled',
  'outbox.queued',
  'outbox.failed',
  'envelope.dead',
  'job.dead',
  'connection.changed',
  'channel.changed',
  'directory.changed',
  'catalogue.changed',
  'knowledge.changed',
  'setting.changed',
  'evaluation.changed',
  'webhook.failed',
] as const
export type EventType = (typeof eventTypes)[number]

/** Something that happened, stored in the transaction that made it happen. */
export interface NewEvent {
  readonly type: EventType
  /** What it is about: ticket, conversation, message, envelope, outbox, channel … */
  readonly subject: string
  readonly subjectId: string
  /** Small facts for readers: ids, states, numbers; no personal data. */
  readonly data: JsonObject
  /** Who did it; the runner fills in its own actor when absent. */
  readonly actor?: Actor
}
