import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { type DingtalkConfig, dingtalkConfigSchema } from '../../channels/dingtalk/config.ts'
import { type DingtalkEmulator, startDingtalkEmulator } from '../../channels/dingtalk/emulator/index.ts'
import { makeLeases } from '../../src/app/io/lease.ts'
import { makeSafeFetch } from '../../src/app/io/safe-fetch.ts'
import { makeTokens } from '../../src/app/io/tokens.ts'
import type { Connection } from '../../src/contract/channel.ts'
import type { ConnectIo, MediaStore } from '../../src/contract/ports.ts'
import { manualClock } from '../../src/kernel/clock.ts'
import { derivedId } from '../../src/kernel/ids.ts'
import { silentLog } from '../../src/kernel/log.ts'
import { openMediaStore } from '../../src/media/store.ts'
import { json, type SecretBox, secretBox } from '../../src/store/index.ts'
import { type FreshDatabase, freshDatabase } from '../fresh-database.ts'

export const clock = manualClock(Date.parse('2026-03-02T09:00:00+08:00'))
export const template = 'b4fdsu21-0000.schema'
const loopback = makeSafeFetch({ allow: ['127.0.0.1'] })

/** What tests of sending to DingTalk stand on: a database, tokens, media, and an emulator with two people, anew for each test. */
export function dingtalkWorld() {
  let fresh: FreshDatabase
  let media: MediaStore
  let dir: string
  let box: SecretBox
  let emulator: DingtalkEmulator
  const connections: Connection[] = []

  beforeAll(async () => {
    fresh = await freshDatabase()
    dir = await mkdtemp(join(tmpdir(), 'yitong-dingtalk-out-'))
    media = await openMediaStore({ dir })
    box = secretBox([randomBytes(32)])
  })
  afterAll(async () => {
    await fresh.drop()
    await rm(dir, { recursive: true, force: true })
  })
  beforeEach(async () => {
    emulator = await startDingtalkEmulator()
    for (const [id, nick] of [
      ['u1', '王芳'],
      ['u2', '李强'],
    ] as const)
      emulator.join(id, nick)
    emulator.world.groups.add('cidGroup==')
    emulator.world.templates.add(template)
  })
  afterEach(async () => {
    for (const connection of connections.splice(0)) await connection.close()
    await emulator.stop()
  })

  const settings = (more: object = {}) => dingtalkConfigSchema.parse({ ...emulator.settings(), ...more })

  let accounts = 0
  function ioOf(
    config: DingtalkConfig,
    more: Partial<ConnectIo<DingtalkConfig>> = {},
  ): ConnectIo<DingtalkConfig> {
    const accountId = more.accountId ?? derivedId('account', `out-${accounts++}`)
    const leases = makeLeases(fresh.database, 'out')
    return {
      accountId,
      config,
      agentFor: loopback.agentFor,
      fetch: (url, init, limits) => loopback.fetch(url, init, { ...limits, timeoutMs: 3000 }),
      media,
      lease: leases,
      tokens: makeTokens({ database: fresh.database, box, leases, clock })(accountId),
      clock,
      log: silentLog,
      signal: new AbortController().signal,
      publicUrl: null,
      receive: async () => [],
      cursor: async () => null,
      report: () => {},
      ...more,
    }
  }

  async function account(): Promise<string> {
    const id = derivedId('account', `out-${accounts++}`)
    await fresh.database.db
      .insertInto('channel_account')
      .values({ id, kind: 'dingtalk', name: '钉钉', config: json({}) })
      .execute()
    return id
  }

  return {
    get fresh() {
      return fresh
    },
    get media() {
      return media
    },
    get emulator() {
      return emulator
    },
    /** Closed at the end of each test. */
    connections,
    settings,
    ioOf,
    account,
  }
}
