import { useEffect, useSyncExternalStore } from 'react'
import {
  followLive,
  type LiveEvent,
  type LiveMessage,
  type LiveState,
  livePath,
  type TabMessage,
} from './live-source.ts'

export type { LiveEvent, LiveState } from './live-source.ts'

/** A change; that everything, or who is signed in, must be read again; or that the hub is back. */
export type LiveNews = LiveEvent | 'reload' | 'ended' | 'back'

interface Link {
  readonly state: LiveState
  readonly sinceMs: number
}

let link: Link = { state: 'connecting', sinceMs: Date.now() }
const linkListeners = new Set<() => void>()
const eventListeners = new Set<(news: LiveNews) => void>()
let stop: (() => void) | undefined
let say: ((message: TabMessage) => void) | undefined

function hear(message: LiveMessage) {
  if (message.kind === 'state') {
    // Coming back after a gap may have missed something only if the hub says `reload`; it resumes by position.
    const back = message.state === 'live' && link.state !== 'live'
    link = { state: message.state, sinceMs: message.sinceMs }
    for (const listener of linkListeners) listener()
    if (back) for (const listener of eventListeners) listener('back')
    return
  }
  for (const listener of eventListeners) listener(message.kind === 'event' ? message.event : message.kind)
}

/** One stream for all tabs where the browser has shared workers, else one for each tab. */
function start(): () => void {
  if (typeof SharedWorker === 'undefined') {
    const source = followLive(livePath, hear)
    return () => source.stop()
  }
  const worker = new SharedWorker(new URL('./live-worker.ts', import.meta.url), { type: 'module' })
  worker.port.onmessage = (message: MessageEvent<LiveMessage>) => hear(message.data)
  say = (message) => worker.port.postMessage(message)
  const here = () => say?.('here')
  const timer = setInterval(here, 15_000)
  const bye = () => say?.('bye')
  addEventListener('pagehide', bye)
  addEventListener('pageshow', here)
  here()
  return () => {
    clearInterval(timer)
    removeEventListener('pagehide', bye)
    removeEventListener('pageshow', here)
    bye()
    say = undefined
    worker.port.close()
  }
}

/** Ends the stream for all tabs: nobody is signed in any more. */
export function endLive(): void {
  say?.('out')
}

/** Follows the hub while the component is there (the signed-in shell). */
export function useLiveStream(): void {
  useEffect(() => {
    stop = start()
    return () => {
      stop?.()
      stop = undefined
    }
  }, [])
}

/** Whether what the page shows is live, stale or offline, and since when. */
export function useLink(): Link {
  return useSyncExternalStore(
    (listener) => {
      linkListeners.add(listener)
      return () => linkListeners.delete(listener)
    },
    () => link,
  )
}

/**
 * Calls `listener` for each announced change, with `reload` when everything must be
 * read again, with `ended` when the session ended, and with `back` when the hub can be reached again.
 */
export function onLive(listener: (news: LiveNews) => void): () => void {
  eventListeners.add(listener)
  return () => eventListeners.delete(listener)
}
