// The load generator of `ingest`, a process of its own: it signs all requests before the clock starts.
import { load, type Prepared, percentile, repairRequest, signedPost } from './load.ts'

/** What the generator is told. */
export interface Order {
  readonly url: string
  readonly secret: string
  readonly connections: number
  /** Requests at most; the run ends earlier after `seconds`. */
  readonly count: number
  readonly seconds: number
  /** Requests per second, spread evenly; as fast as possible when absent. */
  readonly rate?: number
  /** Start of the ids of this run. */
  readonly prefix: string
  /** New people, or this many people who each go on with their first request. */
  readonly people?: number
}

/** What it answers. */
export interface Answer {
  readonly accepted: number
  readonly refused: number
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

async function run(order: Order): Promise<Answer> {
  const target = new URL(order.url)
  const requests: Prepared[] = Array.from({ length: order.count }, (_, i) => {
    const person = order.people ? i % order.people : i
    const thread = order.people && i >= order.people ? `signature:${order.prefix}-${person}` : undefined
    const body = repairRequest(i, `${order.prefix}-p${person}`, thread)
    return signedPost(target, order.secret, `${order.prefix}-${i}`, body, Date.now())
  })
  let sent = 0
  const startMs = performance.now()
  const next = async () => {
    const i = sent++
    if (i >= requests.length || performance.now() - startMs > order.seconds * 1000) return null
    if (order.rate) {
      const due = startMs + (i * 1000) / order.rate
      const wait = due - performance.now()
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    }
    return requests[i]!
  }
  const { host, port } = { host: target.hostname, port: Number(target.port) }
  const result = await load({ host, port, connections: order.connections, next })
  return {
    accepted: result.accepted.length,
    refused: result.unanswered.length,
    perSecond: result.accepted.length / (result.tookMs / 1000),
    p50Ms: percentile(result.latenciesMs, 0.5),
    p99Ms: percentile(result.latenciesMs, 0.99),
  }
}

process.on('message', (order: Order) => {
  void run(order).then((answer) => process.send?.(answer))
})
process.on('disconnect', () => process.exit())
