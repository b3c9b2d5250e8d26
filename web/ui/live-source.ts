/** One announced change; carries no personal data. */
export interface LiveEvent {
  readonly type: string
  readonly subject: string
  readonly subjectId: string
  readonly data: Readonly<Record<string, unknown>>
}

/** How much the page may trust what it shows. `stale`: connected, but no sign of life for too long. */
export type LiveState = 'connecting' | 'live' | 'stale' | 'offline'

/** What the one stream of a browser tells every tab. */
export type LiveMessage =
  | { readonly kind: 'state'; readonly state: LiveState; readonly sinceMs: number }
  | { readonly kind: 'event'; readonly event: LiveEvent }
  | { readonly kind: 'reload' }
  /** Nobody is signed in any more. */
  | { readonly kind: 'ended' }

/** What a tab tells the stream: that it is there, that it goes, that its person signed out. */
export type TabMessage = 'here' | 'bye' | 'out'

/** Address of the stream. */
export const livePath = '/api/events'
/** Asked when the stream is refused: whether anybody is signed in. */
const sessionPath = '/api/session/me'

/** The hub sends a heartbeat every 15 s; two and a half of them missing means stale. */
const silenceMs = 38_000

/** Follows the hub's event stream, starts again by itself, and says honestly in which state it is. */
export function followLive(url: string, tell: (message: LiveMessage) => void): { stop(): void } {
  let source: EventSource | undefined
  let silence: ReturnType<typeof setTimeout> | undefined
  let retry: ReturnType<typeof setTimeout> | undefined
  let attempt = 0
  let lastId = ''
  /** Something may have changed unheard since the pages read it; at first: before the stream began. */
  let missed = true
  let state: LiveState = 'connecting'

  const become = (next: LiveState) => {
    if (next === state && next !== 'connecting') return
    state = next
    tell({ kind: 'state', state, sinceMs: Date.now() })
  }
  const alive = () => {
    attempt = 0
    become('live')
    clearTimeout(silence)
    silence = setTimeout(() => become('stale'), silenceMs)
  }
  let stopped = false
  const stop = () => {
    stopped = true
    clearTimeout(silence)
    clearTimeout(retry)
    source?.close()
  }
  /** The browser closes a stream by itself only when the hub refused it. */
  const asked = async () => {
    const status = await fetch(sessionPath).then(
      (answer) => answer.status,
      () => 0,
    )
    if (status !== 401 || stopped) return
    stop()
    tell({ kind: 'ended' })
  }
  const again = () => {
    if (source?.readyState === EventSource.CLOSED) void asked()
    source?.close()
    clearTimeout(silence)
    become('offline')
    attempt += 1
    retry = setTimeout(open, Math.min(30_000, 500 * 2 ** Math.min(attempt, 6)))
  }
  function open() {
    source = new EventSource(lastId ? `${url}?after=${encodeURIComponent(lastId)}` : url)
    source.onopen = alive
    source.onerror = again
    source.addEventListener('heartbeat', (message) => {
      lastId = (message as MessageEvent<string>).lastEventId || lastId
      alive()
      if (missed) tell({ kind: 'reload' })
      missed = false
    })
    source.addEventListener('reload', () => {
      // The heartbeat that follows carries the new position.
      lastId = ''
      missed = true
      alive()
    })
    source.onmessage = (message: MessageEvent<string>) => {
      lastId = message.lastEventId || lastId
      alive()
      tell({ kind: 'event', event: JSON.parse(message.data) as LiveEvent })
    }
  }
  become('connecting')
  open()
  return { stop }
}
