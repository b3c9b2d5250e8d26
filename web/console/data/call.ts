import { useQuery } from '@tanstack/react-query'
import { ask } from '../../ui/api.ts'
import type { Answer } from './hub.ts'

/** A call as the hub shows it. */
export type CallView = Answer<'call.ofConversation'>['calls'][number]
/** One stretch of speech. */
export type UtteranceView = CallView['utterances'][number]

/** How often a call is asked for whose next try makes no event of its own, ms. */
const pollMs = 15_000

/** The calls of a conversation; asked for again while the hub still works on one. */
export function useCalls(conversationId: string) {
  return useQuery({
    queryKey: ['call', conversationId],
    queryFn: ({ signal }) =>
      ask<Answer<'call.ofConversation'>>('call.ofConversation', { conversationId }, signal),
    refetchInterval: ({ state }) =>
      state.data?.calls.some(({ stage }) => stage === 'fetching' || stage === 'transcribing')
        ? pollMs
        : false,
  })
}
