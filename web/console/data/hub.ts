import { type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query'
import { App } from 'antd'
import { useState } from 'react'
import { ask, Refused, tell } from '../../ui/api.ts'
import type { Commands, Queries } from '../../ui/generated/api.ts'
import { useWords } from '../../ui/language.ts'
import { commonWords } from '../words/terms.ts'

/** What a query answers. */
export type Answer<N extends keyof Queries> = Queries[N]['output']
/** What a command takes. */
export type Input<N extends keyof Commands> = Commands[N]['input']

/** First part of the cache key of a room's queries; the live stream and commands renew by it. */
const areas: Readonly<Record<string, string>> = {
  group: 'directory',
  staff: 'directory',
  region: 'directory',
  calendar: 'directory',
  routing: 'directory',
  ticketType: 'catalogue',
  device: 'catalogue',
  site: 'catalogue',
  category: 'catalogue',
  model: 'catalogue',
  inbox: 'health',
  outbox: 'health',
  channel: 'channels',
  webhook: 'webhooks',
  setting: 'settings',
  tag: 'settings',
  cannedReply: 'desk',
}

/** The area of a query or command. */
export function areaOf(name: string): string {
  const room = name.split('.', 1)[0] ?? name
  return areas[room] ?? room
}

/** Asks a query of the hub by name; renewed by the live stream. */
export function useAsk<N extends keyof Queries>(
  name: N,
  input: Queries[N]['input'],
  options: { readonly enabled?: boolean } = {},
): UseQueryResult<Answer<N>> {
  return useQuery({
    queryKey: [areaOf(name), name, input],
    queryFn: ({ signal }) => ask<Answer<N>>(name, input as Readonly<Record<string, unknown>>, signal),
    ...options,
  })
}

/**
 * Gives commands from a page: renews what they touch, says that it is done, and shows refusals in words; `inWords` finds others than
 * the hub's, for a page that shows what is wrong in its own way.
 */
export function useTell(inWords: (refused: Refused) => string = ({ message }) => message): {
  readonly busy: boolean
  /** The answer, or null when the hub refused; `done` is said on success. */
  readonly run: <N extends keyof Commands>(
    name: N,
    input: Input<N>,
    done?: string | null,
  ) => Promise<Commands[N]['output'] | null>
  /** The last refusal, for the form that caused it. */
  readonly refused: Refused | null
} {
  const client = useQueryClient()
  const t = useWords(commonWords)
  const { message } = App.useApp()
  const [running, setRunning] = useState(0)
  const [refused, setRefused] = useState<Refused | null>(null)
  return {
    busy: running > 0,
    refused,
    run: async (name, input, done) => {
      setRunning((n) => n + 1)
      setRefused(null)
      try {
        const answer = await tell<Commands[typeof name]['output']>(name, input)
        if (done !== null) message.success(done ?? t('saved'), 2)
        await client.invalidateQueries({ queryKey: [areaOf(name)] })
        return answer
      } catch (error) {
        if (!(error instanceof Refused)) throw error
        setRefused(error)
        message.error(inWords(error), 6)
        return null
      } finally {
        setRunning((n) => n - 1)
      }
    },
  }
}
