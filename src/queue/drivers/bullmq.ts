import { type ConnectionOptions, Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import type { Log } from '../../kernel/log.ts'
import type { Wake } from '../write.ts'
import type { WakeDriver } from './driver.ts'

/**
 * Wakes workers through BullMQ: each message carries the id of a job row, delayed until it is due. Redis may be flushed,
 * restarted or away: rows stay in PostgreSQL, each node sweeps them every second, and this driver connects again by itself.
 */
export function bullmqDriver(options: {
  readonly url: string
  /** Keeps hubs that share a Redis apart. */
  readonly prefix: string
  readonly now: () => number
  readonly log: Log
}): WakeDriver {
  const { log } = options
  const connect = () => {
    const redis = new Redis(options.url, {
      maxRetriesPerRequest: null,
      enableOfflineQueue: false,
      lazyConnect: false,
    })
    redis.on('error', (error: Error) =>
      log.warn({ err: error }, 'Redis is away; jobs are found by the sweep until it is back'),
    )
    return redis
  }
  const producer = connect()
  const consumer = connect()
  const name = 'yitong-wake'
  const shared = { prefix: `{${options.prefix}}` }
  // ioredis is a peer of bullmq's, typed against its own copy.
  const queue = new Queue(name, { ...shared, connection: producer as unknown as ConnectionOptions })
  queue.on('error', () => {})
  let worker: Worker | null = null

  return {
    async start(wake) {
      worker = new Worker(
        name,
        async () => {
          wake()
        },
        { ...shared, connection: consumer as unknown as ConnectionOptions, concurrency: 16 },
      )
      worker.on('error', () => {})
    },
    announce(wakes: readonly Wake[]) {
      if (producer.status !== 'ready') return
      const gone = { removeOnComplete: true, removeOnFail: true }
      const messages = wakes.map((wake) => ({
        name: 'wake',
        data: { id: wake.id },
        opts: { ...gone, delay: Math.max(0, wake.dueAtMs - options.now()) },
      }))
      // One waiting word about envelopes speaks for all of them.
      if (wakes.length === 0)
        messages.push({
          name: 'wake',
          data: { id: 'inbox' },
          opts: { ...gone, delay: 0, jobId: 'inbox' } as never,
        })
      queue.addBulk(messages).catch((error: unknown) => {
        log.warn({ err: error }, 'Redis did not take the wake-up; the sweep finds the jobs')
      })
    },
    async stop() {
      await worker?.close(true).catch(() => {})
      await queue.close().catch(() => {})
      producer.disconnect()
      consumer.disconnect()
    },
  }
}
