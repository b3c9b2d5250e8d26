import type { EventType, NewEvent } from '../contract/events.ts'
import type { NewJob } from '../contract/jobs.ts'

type Reaction = (event: NewEvent, nowMs: number) => readonly NewJob[]

/** Somebody who corrects himself within this time tells the customer once, ms. */
const reconsiderMs = 30_000

/** Transitions that the customer hears about, by the command that made them. */
const notices: Readonly<Record<string, string>> = {
  hold: 'ticket.on_hold',
  resolve: 'ticket.resolved',
  cancel: 'ticket.cancelled',
  reopen: 'ticket.reopened',
}

function inform(ticketId: string, template: string, nowMs: number, waitMs = reconsiderMs): NewJob {
  const payload = { ticketId, template }
  return {
    kind: 'ticket.inform',
    payload,
    uniqueKey: `${ticketId}:${template}`,
    dueAtMs: nowMs + waitMs,
  }
}

/** Fields that the router looks at: another value may mean another group or engineer. */
const routingFields = ['address', 'intent', 'urgency', 'product_category', 'appointment', 'risks']
/** Transitions after which a ticket waits for somebody again; changes meanwhile were not acted on. */
const routingCommands = ['reopen', 'resume']

/** Several changes before the router comes by are one question to it. */
function route(ticketId: string): NewJob {
  const payload = { ticketId }
  return { kind: 'ticket.route', payload, uniqueKey: ticketId, serialKey: `ticket:${ticketId}` }
}

/** What is offered of an open ticket may be void after any move of it. */
function settle(ticketId: string): NewJob {
  const payload = { ticketId }
  return { kind: 'offer.settle', payload, uniqueKey: ticketId, serialKey: `ticket:${ticketId}` }
}

/** Looks for what a ticket is one with, where its event says that it can be. Of one kind at a time: two arrivals are one incident. */
function group(ticketId: string, { shared, device }: NewEvent['data']): NewJob[] {
  const payload = { ticketId }
  const key = { payload, uniqueKey: ticketId }
  return [
    ...(device === true
      ? [{ kind: 'ticket.compare' as const, ...key, serialKey: `ticket:${ticketId}` }]
      : []),
    ...(shared === true ? [{ kind: 'incident.gather' as const, ...key, serialKey: 'incidents' }] : []),
  ]
}

/** Whoever is on the way to a cancelled ticket has to turn back, unless somebody takes the cancellation back at once. */
function informEngineer(ticketId: string, nowMs: number): NewJob {
  return {
    kind: 'engineer.inform',
    payload: { ticketId },
    uniqueKey: ticketId,
    serialKey: `ticket:${ticketId}`,
    dueAtMs: nowMs + reconsiderMs,
  }
}

/** The incident of a ticket that ended may have none left. */
function settleIncident(ticketId: string): NewJob {
  return { kind: 'incident.settle', payload: { ticketId }, uniqueKey: ticketId, serialKey: 'incidents' }
}

/** Commands after which nobody works on a ticket any more. */
const endings = ['resolve', 'close', 'cancel', 'merge']

/** A person speaks: what the hub asked there is theirs to ask now. */
function dropQuestion(conversationId: unknown): NewJob[] {
  if (typeof conversationId !== 'string') return []
  const serialKey = `conversation:${conversationId}`
  return [{ kind: 'question.drop', payload: { conversationId }, uniqueKey: conversationId, serialKey }]
}

/** Which event starts which job. Rooms announce what happened; only this table knows who follows. */
const reactions: Partial<Record<EventType, Reaction>> = {
  // A recording came, or is given up: either way the call goes on.
  'attachment.stored': ({ subjectId, data: { messageKind, conversationId } }) =>
    messageKind === 'call'
      ? [
          {
            kind: 'call.transcribe',
            payload: { messageId: subjectId },
            uniqueKey: subjectId,
            serialKey: `conversation:${String(conversationId)}`,
          },
        ]
      : [],
  'conversation.assigned': ({ data: { conversationId, agentId, by } }) =>
    by === 'hand' && agentId !== null ? dropQuestion(conversationId) : [],
  'outbox.queued': ({ data: { author, conversationId } }) =>
    author === 'agent' ? dropQuestion(conversationId) : [],
  'message.sent': ({ data: { author, conversationId } }) =>
    author === 'agent' && typeof conversationId === 'string'
      ? [{ kind: 'ticket.responded', payload: { conversationId } }]
      : [],
  'ticket.opened': (event) => {
    const ticketId = event.subjectId
    const conversationId = event.data.conversationId
    const grouping = group(ticketId, event.data)
    if (typeof conversationId !== 'string') return [route(ticketId), ...grouping]
    return [
      route(ticketId),
      ...grouping,
      { kind: 'ticket.acknowledge', payload: { ticketId, conversationId }, uniqueKey: ticketId },
    ]
  },
  'ticket.changed': ({ subjectId, data }) => [
    ...(Array.isArray(data.changed) && data.changed.some((name) => routingFields.includes(String(name)))
      ? [route(subjectId)]
      : []),
    ...group(subjectId, data),
  ],
  'ticket.erased': ({ subjectId: ticketId }) => [
    { kind: 'ticket.forget', payload: { ticketId }, uniqueKey: ticketId, serialKey: `ticket:${ticketId}` },
    { kind: 'incident.forget', payload: { ticketId }, uniqueKey: ticketId, serialKey: 'incidents' },
  ],
  // An engineer who accepted has made up their mind: the customer hears of it at once.
  'ticket.assigned': ({ subjectId, data: { assigneeId, by } }, nowMs) =>
    assigneeId === null
      ? []
      : [inform(subjectId, 'ticket.assigned', nowMs, by === 'card' ? 0 : reconsiderMs)],
  // They press who wait: whoever has the ticket hears of it at once.
  'ticket.expedited': ({ subjectId: ticketId }) => [
    {
      kind: 'engineer.inform',
      payload: { ticketId, about: 'expedited' },
      uniqueKey: `${ticketId}:expedited`,
      serialKey: `ticket:${ticketId}`,
    },
  ],
  'ticket.transitioned': (event, nowMs) => {
    const { command, from } = event.data
    const template = notices[String(command)]
    return [
      ...(template ? [inform(event.subjectId, template, nowMs)] : []),
      ...(from === 'open' ? [settle(event.subjectId)] : []),
      ...(command === 'cancel' || from === 'cancelled' ? [informEngineer(event.subjectId, nowMs)] : []),
      ...(endings.includes(String(command)) ? [settleIncident(event.subjectId)] : []),
      ...(routingCommands.includes(String(command)) ? [route(event.subjectId)] : []),
    ]
  },
}

/** The jobs that an event starts. */
export function reactionsTo(event: NewEvent, nowMs: number): readonly NewJob[] {
  return reactions[event.type]?.(event, nowMs) ?? []
}
