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

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never

/** Runs a command on a ticket, reads it again, and says in words when the hub refuses. True when it was done. */
export function useChange(ticketId: string): Change {
  const client = useQueryClient()
  const t = useWords(ticketWords)
  const { message } = App.useApp()
  return async (name, input) => {
    try {
      await tell(name, { ticketId, ...input })
      return true
    } catch (error) {
      const refused = error as Refused
      message.error(
        refused.code === 'conflict.version' ? t('newer') : t('saveFailed', { reason: refused.message }),
        6,
      )
      return false
    } finally {
      await client.invalidateQueries({ queryKey: ['ticket', ticketId] })
      void client.invalidateQueries({ queryKey: ['tickets'] })
    }
  }
}
