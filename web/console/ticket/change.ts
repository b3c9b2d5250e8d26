import { useQueryClient } from '@tanstack/react-query'
import { App } from 'antd'
import { type Refused, tell } from '../../ui/api.ts'
import type { Commands } from '../../ui/generated/api.ts'
import { useWords } from '../../ui/language.ts'
import { ticketWords } from '../words/ticket.ts'

/** A command on a ticket, without its id: true when it was done. */
export type Change = <N extends keyof Commands>(
  name: N,
  input: DistributiveOmit<Commands[N]['input'], 'ticketId'>,
) => Promise<boolean>

type Attempt = <N extends keyof Commands>(
  name: N,
  input: DistributiveOmit<Commands[N]['input'], 'ticketId'>,
) => Promise<Refused | null>

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never

/** Runs a command on a ticket and reads it again. Null when it was done; a refusal is answered at once, for its caller to show. */
export function useAttempt(ticketId: string): Attempt {
  const client = useQueryClient()
  return async (name, input) => {
    const again = () => {
      void client.invalidateQueries({ queryKey: ['tickets'] })
      return client.invalidateQueries({ queryKey: ['ticket', ticketId] })
    }
    try {
      await tell(name, { ticketId, ...input })
    } catch (error) {
      void again()
      return error as Refused
    }
    await again()
    return null
  }
}

/** Runs a command on a ticket, reads it again, and says in words when the hub refuses. True when it was done. */
export function useChange(ticketId: string): Change {
  const attempt = useAttempt(ticketId)
  const t = useWords(ticketWords)
  const { message } = App.useApp()
  return async (name, input) => {
    const refused = await attempt(name, input)
    if (refused)
      message.error(
        refused.code === 'conflict.version' ? t('newer') : t('saveFailed', { reason: refused.message }),
        6,
      )
    return refused === null
  }
}
