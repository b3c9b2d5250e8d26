import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { type LiveEvent, onLive } from '../../ui/live.ts'

/** After these, other tickets or chats may be about a ticket, or no more. */
const likens = ['ticket.alike', 'ticket.transitioned', 'ticket.merged', 'ticket.unmerged']
const likeness = ({ type }: LiveEvent) => (likens.includes(type) ? [['ticket', 'ticket.likeness']] : [])

/** Which queries a kind of change touches: first parts of their keys. The `subjectId` narrows those of one thing. */
const touched: Readonly<Record<string, (event: LiveEvent) => readonly (readonly unknown[])[]>> = {
  // A customer's page lists their tickets: a new one of theirs is seen there.
  ticket: (event) => [
    ['tickets'],
    ['ticket', event.subjectId],
    ['ticket', 'ticket.list'],
    ...likeness(event),
  ],
  incident: () => [['incident'], ['ticket']],
  conversation: (event) => [
    ['conversation', event.subjectId],
    ['ticket-conversation'],
    ...likeness(event),
    ['tickets'],
    ['desk'],
  ],
  message: () => [['ticket-conversation'], ['conversation'], ['desk']],
  translation: () => [['ticket-conversation'], ['conversation'], ['translation']],
  desk: () => [['desk']],
  call: () => [['call'], ['ticket-conversation'], ['tickets']],
  attachment: () => [['ticket-conversation']],
  outbox: () => [['ticket-conversation'], ['health']],
  envelope: () => [['health']],
  job: () => [['health']],
  connection: () => [['health'], ['channels']],
  channel: () => [['channels']],
  directory: () => [['directory']],
  catalogue: () => [['catalogue']],
  knowledge: () => [['knowledge']],
  setting: () => [['settings']],
  evaluation: () => [['evaluation']],
  webhook: () => [['health'], ['webhooks']],
  contact: () => [['contact'], ['ticket']],
}

const pauseMs = 600

/** Reads again what a change touched, at most once in a short pause however many changes arrive. */
export function followChanges(client: QueryClient): () => void {
  const waiting = new Map<string, readonly unknown[]>()
  let timer: ReturnType<typeof setTimeout> | undefined
  const flush = () => {
    timer = undefined
    const keys = [...waiting.values()]
    waiting.clear()
    for (const queryKey of keys) void client.invalidateQueries({ queryKey })
  }
  const stop = onLive((event) => {
    if (event === 'back') {
      // What could not be read meanwhile; the rest is as the stream says.
      void client.refetchQueries({ type: 'active', predicate: ({ state }) => state.status === 'error' })
      return
    }
    if (event === 'reload' || event === 'ended') {
      void client.invalidateQueries(event === 'ended' ? { queryKey: ['session'] } : {})
      return
    }
    const area = touched[event.subject] ?? touched[event.type.split('.')[0] ?? '']
    for (const queryKey of area?.(event) ?? []) waiting.set(JSON.stringify(queryKey), queryKey)
    timer ??= setTimeout(flush, pauseMs)
  })
  return () => {
    stop()
    clearTimeout(timer)
  }
}

/** Follows the hub's changes while the shell is there. */
export function useFollowChanges(): void {
  const client = useQueryClient()
  useEffect(() => followChanges(client), [client])
}
