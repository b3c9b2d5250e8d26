import { createHmac } from 'node:crypto'
import { connect, type Socket } from 'node:net'

/** A request to be sent, whole, as it goes over the wire. */
export interface Prepared {
  readonly id: string
  readonly bytes: Buffer
}

/** What a load run saw. */
export interface LoadResult {
  /** Ids that were answered 202, in the order of the answers. */
  readonly accepted: string[]
  /** Ids that were answered otherwise, or not at all because the connection broke. */
  readonly unanswered: string[]
  readonly statuses: Record<string, number>
  /** Time from the last byte sent to the answer, ms. */
  readonly latenciesMs: number[]
  readonly tookMs: number
}

/** A signed POST of the open API (Standard Webhooks), keep-alive. */
export function signedPost(target: URL, secret: string, id: string, body: string, nowMs: number): Prepared {
  const timestamp = String(Math.floor(nowMs / 1000))
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
  const length = Buffer.byteLength(body)
  const text =
    `POST ${target.pathname} HTTP/1.1\r\nhost: ${target.host}\r\ncontent-type: application/json\r\n` +
    `webhook-id: ${id}\r\nwebhook-timestamp: ${timestamp}\r\nwebhook-signature: v1,${signature}\r\n` +
    `content-length: ${length}\r\n\r\n${body}`
  return { id, bytes: Buffer.from(text) }
}

/** A repair request of about 460 bytes. */
export function repairRequest(i: number, sender: string, thread?: string): string {
  return JSON.stringify({
    sender: { id: sender, name: '裘文杰' },
    ...(thread ? { thread } : {}),
    text: `家里空调不制冷了,开机十分钟就停,麻烦尽快安排师傅上门看一下。地址杭州市西湖区文三路${100 + (i % 800)}号昌地火炬大厦${1 + (i % 9)}号楼,电话1360571${String(i % 10_000).padStart(4, '0')},型号KFR-35GW,明天下午两点到五点都在家,来之前打个电话,谢谢。`,
  })
}

/** Percentile of numbers that need not be sorted. */
export function percentile(values: readonly number[], p: number): number {
  if (values.length === 0) return Number.NaN
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))]!
}

interface Run {
  readonly host: string
  readonly port: number
  readonly connections: number
  /** The next request, or null when there is none any more; may wait (an open-loop rate). */
  readonly next: () => Prepared | null | Promise<Prepared | null>
  readonly signal?: AbortSignal
}

/** Sends requests over keep-alive connections, one at a time on each, until `next` says null or the signal ends it. */
export async function load(run: Run): Promise<LoadResult> {
  const result = {
    accepted: [] as string[],
    unanswered: [] as string[],
    statuses: {} as Record<string, number>,
    latenciesMs: [] as number[],
  }
  const started = performance.now()
  await Promise.all(Array.from({ length: run.connections }, () => lane(run, result)))
  return { ...result, tookMs: performance.now() - started }
}

async function lane(run: Run, result: Omit<LoadResult, 'tookMs'>): Promise<void> {
  let socket: Socket | null = null
  try {
    while (!run.signal?.aborted) {
      const request = await run.next()
      if (!request) return
      try {
        // One that the other side closed while we waited says so to nobody who listens only now.
        if (!socket || socket.destroyed) socket = await open(run.host, run.port)
        const sentAt = performance.now()
        const status = await exchange(socket, request.bytes)
        result.latenciesMs.push(performance.now() - sentAt)
        result.statuses[status] = (result.statuses[status] ?? 0) + 1
        if (status === 202) result.accepted.push(request.id)
        else result.unanswered.push(request.id)
      } catch {
        result.unanswered.push(request.id)
        socket?.destroy()
        socket = null
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }
  } finally {
    socket?.destroy()
  }
}

function open(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true }, () => resolve(socket))
    socket.once('error', reject)
  })
}

/** Writes a request and reads one answer; only what HTTP/1.1 with content-length needs. */
function exchange(socket: Socket, bytes: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    let seen: Buffer = Buffer.alloc(0)
    const end = (error: Error | null, status = 0) => {
      socket.off('data', read)
      socket.off('error', broke)
      socket.off('close', closed)
      if (error) reject(error)
      else resolve(status)
    }
    const broke = (error: Error) => end(error)
    const closed = () => end(new Error('the connection was closed'))
    const read = (chunk: Buffer) => {
      seen = seen.length === 0 ? chunk : Buffer.concat([seen, chunk])
      const head = seen.indexOf('\r\n\r\n')
      if (head === -1) return
      const text = seen.toString('latin1', 0, head)
      const length = Number(/\r\ncontent-length: *(\d+)/i.exec(text)?.[1] ?? 0)
      if (seen.length >= head + 4 + length) end(null, Number(text.slice(9, 12)))
    }
    socket.on('data', read)
    socket.once('error', broke)
    socket.once('close', closed)
    socket.write(bytes)
  })
}
