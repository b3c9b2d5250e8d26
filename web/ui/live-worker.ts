/// <reference lib="webworker" />
import { followLive, type LiveMessage, livePath } from './live-source.ts'

/** Runs once for all tabs of this browser and hands the one event stream to each of them. */
const ports = new Map<MessagePort, number>()
let last: LiveMessage | undefined
let source: { stop(): void } | undefined

function tell(message: LiveMessage) {
  if (message.kind === 'state') last = message
  for (const port of ports.keys()) port.postMessage(message)
}

/** A tab that has not said anything for a minute is gone (a port does not say so itself). */
function sweep() {
  const now = Date.now()
  for (const [port, seen] of ports) if (now - seen > 60_000) ports.delete(port)
  if (ports.size > 0) return
  source?.stop()
  source = undefined
}
setInterval(sweep, 20_000)

self.addEventListener('connect', (event) => {
  const port = (event as MessageEvent).ports[0]
  if (!port) return
  ports.set(port, Date.now())
  port.onmessage = (message: MessageEvent<'here' | 'bye'>) => {
    if (message.data === 'bye') ports.delete(port)
    else ports.set(port, Date.now())
    if (ports.size === 0) sweep()
    else if (!source) source = followLive(livePath, tell)
  }
  if (last && source) port.postMessage(last)
})
