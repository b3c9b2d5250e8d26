import pg from 'pg'
import type { Log } from '../kernel/log.ts'
import { type ConnectionSettings, driverConfig } from './connection.ts'

/** Called with each payload; with null after the connection was lost for a while: something may have been missed. */
export type Heard = (payload: string | null) => void

/** Listens on channels through one connection of its own, which is opened again when it is lost. */
export interface Listener {
  listen(channel: string, heard: Heard): Promise<() => void>
  close(): Promise<void>
}

const longestPauseMs = 5_000

/** Makes a listener; it connects with the first `listen`. */
export function makeListener(settings: ConnectionSettings, log: Log): Listener {
  const channels = new Map<string, Set<Heard>>()
  let current: Promise<pg.Client> | null = null
  let closed = false

  async function open(): Promise<pg.Client> {
    const client = new pg.Client({ ...driverConfig(settings), keepAlive: true })
    client.on('notification', ({ channel, payload }) => {
      for (const heard of channels.get(channel) ?? []) heard(payload ?? '')
    })
    client.on('error', (error) => {
      if (!closed) log.warn({ reason: error.message }, 'the listening connection failed')
    })
    await client.connect()
    client.once('end', () => {
      current = null
      if (!closed && channels.size > 0) void reopen()
    })
    for (const channel of channels.keys()) await client.query(`listen ${pg.escapeIdentifier(channel)}`)
    return client
  }

  async function reopen(): Promise<void> {
    for (let pauseMs = 50; !closed && !current; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      await new Promise((resolve) => setTimeout(resolve, pauseMs * (0.5 + Math.random())))
      if (closed || current) return
      const attempt = open()
      current = attempt
      try {
        await attempt
      } catch (error) {
        log.warn({ reason: (error as Error).message }, 'the listening connection could not be opened again')
        if (current === attempt) current = null
        continue
      }
      for (const heards of channels.values()) for (const heard of heards) heard(null)
    }
  }

  function connection(): Promise<pg.Client> {
    if (!current) {
      const attempt = open()
      current = attempt
      attempt.catch(() => {
        if (current === attempt) current = null
      })
    }
    return current
  }

  return {
    async listen(channel, heard) {
      const known = channels.get(channel)
      if (known) {
        known.add(heard)
        await connection()
      } else {
        const client = await connection()
        channels.set(channel, new Set([heard]))
        await client.query(`listen ${pg.escapeIdentifier(channel)}`)
      }
      return () => {
        const heards = channels.get(channel)
        if (!heards?.delete(heard) || heards.size > 0) return
        channels.delete(channel)
        // A failure here means that the connection is gone, and with it the subscription.
        void current
          ?.then((client) => client.query(`unlisten ${pg.escapeIdentifier(channel)}`))
          .catch(() => {})
      }
    },
    async close() {
      closed = true
      const client = await current?.catch(() => null)
      await client?.end().catch(() => {})
    },
  }
}
