import type { Actor } from '../contract/actor.ts'
import type { JsonObject } from '../kernel/json.ts'

/** A stored event, as it is told to programs. */
export interface ToldEvent {
  readonly id: number
  readonly at: Date
  readonly type: string
  readonly subject: string
  readonly subjectId: string
  readonly data: unknown
  readonly actor: unknown
}

/** The id of an event for receivers: the same on every try and in every re-send. */
export function webhookId(eventId: number): string {
  return `evt_${eventId}`
}

/**
 * The body of a webhook (docs/webhooks.md): what happened, about what, when, by whom (kind and id, no names). Ids and states
 * only; who needs more asks the API.
 */
export function payloadOf(event: ToldEvent): JsonObject {
  const actor = event.actor as Actor
  return {
    id: webhookId(event.id),
    type: event.type,
    timestamp: event.at.toISOString(),
    data: {
      subject: event.subject,
      subjectId: event.subjectId,
      ...(event.data as JsonObject),
      actor: { kind: actor.kind, id: actor.id },
    },
  }
}
