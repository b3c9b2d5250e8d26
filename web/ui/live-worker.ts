/// <reference lib="webworker" />
import { followLive, type LiveMessage, livePath, type TabMessage } from './live-source.ts'

/** Runs once for all tabs of this browser and hands the one event stream to each of them. */
const ports = new Map<MessagePort, number>()
let last: LiveMessage | undefined
let source: { stop(): void } | undefined

function tell(message: LiveMessage) {
  if (message.kind === 'state') last = message
  if (message.kind === 'ended') end()
  for (const port of ports.keys()) port.postMessage(message)
}

function end() {
  source?.stop()
  source = undefined
}

/** Browsers let a tab in the background speak once a minute. */
const goneMs = 200_000

/** A tab that has not said anything for long is gone (a port does not say so itself). */
function sweep() {
  const now = Date.now()
  for (const [port, seen] of ports) if (now - seen > goneMs) ports.delete(port)
  if (ports.size === 0) end()
}
setInterval(sweep, 20_000)

self.addEventListener('connect', (event) => {
  const port = (event as MessageEvent).ports[0]
  if (!port) return
  ports.set(port, Date.now())
  port.onmessage = ({ data }: MessageEvent<TabMessage>) => {
    if (data === 'bye') ports.delete(port)
    else if (data === 'out') tell({ kind: 'ended' })
    else {
      // It was taken for gone, and heard nothing meanwhile.
      if (!ports.has(port)) port.postMessage({ kind: 'reload' } satisfies LiveMessage)
      ports.set(port, Date.now())
      source ??= followLive(livePath, tell)
    }
    if (ports.size === 0) end()
  }
  if (last && source) port.postMessage(last)
})
