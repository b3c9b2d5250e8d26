import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import { openDatabase } from '../src/store/index.ts'
import { withDatabase } from './database.ts'

/** Where a hub in a process of its own keeps its rows and hears its wake-ups. */
export interface HubPlace {
  /** What the hub's environment gets; empty where it runs embedded. */
  readonly env: Readonly<Record<string, string>>
  /** What the hub's greeting says of it. */
  readonly greeting: readonly string[]
  /** Takes the database and the keys away again; after the hub's end. */
  drop(): Promise<void>
}

/**
 * A fresh database on the server of TEST_DATABASE_URL and the Redis of TEST_REDIS_URL, each where the run has one. A Redis is
 * shared by all hubs of a run: their keys are named by their databases.
 */
export async function hubPlace(): Promise<HubPlace> {
  const { TEST_DATABASE_URL: server, TEST_REDIS_URL: redis } = process.env
  const name = `yt_hub_${randomBytes(6).toString('hex')}`
  const onServer = async (statement: string) => {
    if (!server) return
    const maintenance = await openDatabase({ url: server, poolSize: 1 })
    try {
      await maintenance.query(statement)
    } finally {
      await maintenance.close()
    }
  }
  await onServer(`create database ${name} encoding 'UTF8' template template0`)
  return {
    env: {
      ...(server ? { DATABASE_URL: withDatabase(server, name) } : {}),
      ...(redis ? { REDIS_URL: redis } : {}),
    },
    greeting: [
      server ? 'Database:       the server of DATABASE_URL' : 'Embedded:       PostgreSQL',
      redis ? 'Wake-ups:       BullMQ on the Redis of REDIS_URL' : 'Wake-ups:       PostgreSQL',
    ],
    async drop() {
      await onServer(`drop database if exists ${name} with (force)`)
      if (redis) await forget(redis, name)
    },
  }
}

async function forget(url: string, name: string): Promise<void> {
  const redis = new Redis(url)
  try {
    for await (const keys of redis.scanStream({ match: `*${name}*`, count: 1000 }))
      if (keys.length > 0) await redis.del(...(keys as string[]))
  } finally {
    redis.disconnect()
  }
}
