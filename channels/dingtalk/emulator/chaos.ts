/** What goes wrong with an API call. */
export type Trouble =
  | 'qps'
  | 'global-qps'
  | 'monthly-quota'
  | 'ip-ban'
  | 'system-busy'
  | 'bad-gateway'
  | 'gateway-timeout'
  | 'gateway-timeout-after-doing-it'
  | 'hang'
  | 'token-expired'
  | 'flow-control'
  | 'unknown-receiver'
  | 'no-permission'

/** What goes wrong; everything may be changed while the emulator runs. */
export interface Chaos {
  /** Troubles of the next calls, in turn; token and gateway calls are not counted. */
  readonly next: Trouble[]
  /** The gateway answers with this status instead of a ticket. */
  gatewayStatus: number | null
  /** The gateway names this address instead of its own. */
  endpoint: string | null
  /** The WebSocket upgrade is refused with this status. */
  upgradeStatus: number | null
  /** Connections accept everything and say nothing: no pong, no push. */
  deaf: boolean
  /** How often each push is sent. */
  copies: number
  /** So many of the next pushes are cut off in the middle. */
  truncate: number
  /** Holds a push back until the next one was sent. */
  reorder: boolean
  /** Unanswered callbacks are pushed again too, as the SDK's comment has it; events always are. */
  redeliverCallbacks: boolean
  /** How long an answer is waited for before a push is repeated, ms. */
  redeliverMs: number
  /** Between `disconnect` and the end of the connection nothing is pushed, ms (DingTalk: 10 s). */
  silenceMs: number
}

export const calm = (): Chaos => ({
  next: [],
  gatewayStatus: null,
  endpoint: null,
  upgradeStatus: null,
  deaf: false,
  copies: 1,
  truncate: 0,
  reorder: false,
  redeliverCallbacks: false,
  redeliverMs: 5000,
  silenceMs: 10_000,
})
