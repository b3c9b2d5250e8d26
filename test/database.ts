import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { migrate, openDatabase, startEmbedded } from '../src/store/index.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The server of this run, by its maintenance database. */
    testServerUrl: string
    /** A migrated database on it that fresh ones are copied from. */
    testTemplate: string
  }
}

interface Server {
  readonly url: string
  readonly template: string
  stop(): Promise<void>
}

/** The same server, another database. */
export function withDatabase(url: string, name: string): string {
  const changed = new URL(url)
  changed.pathname = `/${name}`
  return changed.toString()
}

/** In memory where a gigabyte or two is to spare: a run makes and drops a thousand databases of some hundred files each. */
function fastestFolder(): string {
  const memory = '/dev/shm'
  if (!existsSync(memory)) return tmpdir()
  const { bavail, bsize } = statfsSync(memory)
  return bavail * bsize > 4e9 ? memory : tmpdir()
}

async function startServer(): Promise<{ url: string; stop(): Promise<void> }> {
  const given = process.env.TEST_DATABASE_URL
  if (given) return { url: given, stop: async () => {} }
  const dataDir = mkdtempSync(join(fastestFolder(), 'yitong-test-'))
  // Nothing of a test run has to survive a power cut.
  const parameters = { fsync: 'off', full_page_writes: 'off', max_connections: '200' }
  const embedded = await startEmbedded({ dataDir, parameters })
  const { host, user } = embedded.connection
  return {
    url: `postgresql://${user}@localhost/postgres?host=${encodeURIComponent(host ?? '')}`,
    stop: async () => {
      await embedded.stop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

async function start(): Promise<Server> {
  const server = await startServer()
  const template = `yitong_test_${randomBytes(4).toString('hex')}`
  const maintenance = await openDatabase({ url: server.url, poolSize: 1 })
  await maintenance.query(`create database ${template} encoding 'UTF8' template template0`)
  const database = await openDatabase({ url: withDatabase(server.url, template), poolSize: 1 })
  await migrate(database)
  await database.close()
  return {
    url: server.url,
    template,
    async stop() {
      await maintenance.query(`drop database if exists ${template} with (force)`)
      await maintenance.close()
      await server.stop()
    },
  }
}

// The projects of one run share one server, although each runs this file.
const shared = globalThis as { yitongTestServer?: { users: number; server: Promise<Server> } }

/** Vitest's global set-up: one PostgreSQL for the run, `TEST_DATABASE_URL` or an embedded one in a temporary folder. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  shared.yitongTestServer ??= { users: 0, server: start() }
  const held = shared.yitongTestServer
  held.users++
  const server = await held.server
  project.provide('testServerUrl', server.url)
  project.provide('testTemplate', server.template)
  return async () => {
    held.users--
    if (held.users > 0) return
    delete shared.yitongTestServer
    await server.stop()
  }
}
