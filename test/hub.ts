import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureLinkKey, ticketLinks } from '../src/access/index.ts'
import type { ChannelLoaders } from '../src/app/channels.ts'
import { composeHub, type Hub } from '../src/app/compose.ts'
import { readConfig } from '../src/app/config.ts'
import { systemActor } from '../src/contract/actor.ts'
import type { KnowledgePort } from '../src/contract/knowledge.ts'
import type { LlmPort } from '../src/contract/llm.ts'
import type { RecogniserPort } from '../src/contract/transcript.ts'
import { type Clock, systemClock } from '../src/kernel/clock.ts'
import { type Log, silentLog } from '../src/kernel/log.ts'
import { openMediaStore } from '../src/media/store.ts'
import { openSecretBox } from '../src/store/index.ts'
import { type FreshDatabase, freshDatabase } from './fresh-database.ts'
import { sharedExtraction } from './shared-extraction.ts'

/** A composed hub on a database of its own. */
export interface TestHub {
  readonly hub: Hub
  readonly fresh: FreshDatabase
  readonly dataDir: string
  /** Runs a command as the hub itself; throws on a refusal. */
  run(name: string, input: unknown): Promise<Record<string, unknown>>
  /** Asks a query as the hub itself; throws on a refusal. */
  ask(name: string, input: unknown): Promise<Record<string, unknown>>
  close(): Promise<void>
}

/** Composes a hub for tests. It works only when told: `hub.settle()`, or `hub.start(true)` for the real loops. */
export async function testHub(
  options: {
    clock?: Clock
    log?: Log
    env?: Record<string, string>
    fresh?: FreshDatabase
    llm?: LlmPort
    channels?: ChannelLoaders
    recogniser?: RecogniserPort
    knowledge?: KnowledgePort
  } = {},
): Promise<TestHub> {
  const fresh = options.fresh ?? (await freshDatabase())
  const dataDir = mkdtempSync(join(tmpdir(), 'yitong-test-'))
  const config = readConfig({ DATA_DIR: dataDir, ...options.env })
  const box = await openSecretBox(config)
  const hub = await composeHub({
    config,
    database: fresh.database,
    media: await openMediaStore({ dir: config.mediaDir }),
    box,
    links: ticketLinks(await fresh.database.transaction((tx) => ensureLinkKey(tx))),
    clock: options.clock ?? systemClock,
    log: options.log ?? silentLog,
    extraction: sharedExtraction(),
    ...(options.llm ? { llm: options.llm } : {}),
    ...(options.channels ? { channels: options.channels } : {}),
    ...(options.knowledge ? { knowledge: options.knowledge } : {}),
    ...(options.recogniser ? { recogniser: options.recogniser } : {}),
  })
  const actor = systemActor('test')
  return {
    hub,
    fresh,
    dataDir,
    async run(name, input) {
      const command = hub.commands.find((c) => c.name === name)
      if (!command) throw new Error(`there is no command ${name}`)
      const result = await hub.executor.execute(command, actor, input)
      if (!result.ok) throw new Error(`${name}: ${JSON.stringify(result.refusal)}`)
      return result.value as Record<string, unknown>
    },
    async ask(name, input) {
      const query = hub.queries.find((q) => q.name === name)
      if (!query) throw new Error(`there is no query ${name}`)
      const result = await hub.executor.ask(query, actor, input)
      if (!result.ok) throw new Error(`${name}: ${JSON.stringify(result.refusal)}`)
      return result.value as Record<string, unknown>
    },
    async close() {
      await hub.stop()
      await fresh.drop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
