import type { Channel } from '../contract/channel.ts'
import type { ChannelIo } from '../contract/ports.ts'

/** A channel account, as sending needs it. */
export interface SendingAccount {
  readonly id: string
  readonly kind: string
  readonly enabled: boolean
  readonly channel: Channel
  readonly config: unknown
}

/** What the outbox needs from app. */
export interface SendPorts {
  /** The account in memory; undefined when it is gone or its settings are unusable. */
  account(accountId: string): SendingAccount | undefined
  /**
   * The lease whose holder alone can send for an account, because it speaks over a connection that only one process has; null when
   * this process may send.
   */
  sender(account: SendingAccount): string | null
  /** The outside world for one delivery; `signal` ends it. */
  io(account: SendingAccount, signal: AbortSignal): ChannelIo<unknown>
}
