import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { type DingtalkEmulator, startDingtalkEmulator } from '../../channels/dingtalk/emulator/index.ts'
import { type BotEmulator, startBotEmulator } from '../../channels/wecom-bot/emulator/index.ts'
import { sql } from '../../src/store/index.ts'
import { type TestHub, testHub } from '../hub.ts'

const patient = { timeout: 50_000, interval: 50 }
const env = {
  ALLOW_PRIVATE_HOSTS: '127.0.0.1',
  SECRET_KEY: randomBytes(32).toString('base64'),
}

interface Line {
  readonly node: string
  readonly state: string
  readonly detail: string | null
}

describe('connections of two nodes on one database', () => {
  let dingtalk: DingtalkEmulator
  let robot: BotEmulator
  let nodes: TestHub[] = []
  beforeAll(async () => {
    dingtalk = await startDingtalkEmulator()
    robot = await startBotEmulator()
  })
  afterEach(async () => {
    for (const node of nodes) await stop(node)
    await nodes[0]?.fresh.drop()
    nodes = []
  })
  afterAll(async () => {
    await dingtalk.stop()
    await robot.stop()
  })

  const stopped = new Set<TestHub>()
  async function stop(node: TestHub): Promise<void> {
    if (stopped.has(node)) return
    stopped.add(node)
    await node.hub.stop()
    rmSync(node.dataDir, { recursive: true, force: true })
  }

  /** Two hubs that work on the same database, with one account. */
  async function twoNodes(kind: string, config: object): Promise<[TestHub, TestHub]> {
    const one = await testHub({ env })
    nodes.push(one)
    await one.run('channel.create', { kind, name: kind, config })
    const other = await testHub({ env, fresh: one.fresh })
    nodes.push(other)
    await one.hub.start(false)
    await other.hub.start(false)
    return [one, other]
  }

  /** What the connections page is told. */
  async function lines(node: TestHub): Promise<Line[]> {
    const { accounts } = (await node.ask('channel.list', {})) as { accounts: { connections: Line[] }[] }
    return accounts.flatMap(({ connections }) => connections)
  }
  const states = async (node: TestHub) => (await lines(node)).map(({ state }) => state)

  it('are shown one for each node, go with it, and what a dead node left behind is dropped', async () => {
    const [one, other] = await twoNodes('dingtalk', { ...dingtalk.settings(), mode: 'stream' })
    await vi.waitFor(async () => expect(await states(one)).toEqual(['up', 'up']), patient)
    const before = await lines(one)
    expect(new Set(before.map(({ node }) => node)).size).toBe(2)
    dingtalk.chaos.upgradeStatus = 503
    dingtalk.stream.drop()
    const cut = { state: 'down', detail: expect.stringContaining('503') }
    await vi.waitFor(async () => expect(await lines(one)).toMatchObject([cut, cut]), patient)
    dingtalk.chaos.upgradeStatus = null
    await vi.waitFor(async () => expect(await states(one)).toEqual(['up', 'up']), patient)
    await stop(other)
    expect(await lines(one)).toHaveLength(1)
    const { database } = one.fresh
    const left = await database.db.selectFrom('connection_state').selectAll().executeTakeFirstOrThrow()
    const aliveAt = sql<Date>`clock_timestamp() - interval '2 minutes'`
    await database.db
      .insertInto('connection_state')
      .values({ ...left, node: 'a node that died', aliveAt })
      .execute()
    expect(await lines(one)).toHaveLength(2)
    await vi.waitFor(async () => expect(await lines(one)).toHaveLength(1), patient)
    expect((await lines(one))[0]!.node).toBe(left.node)
  })

  it('are one where the vendor takes one only; the next node follows when it ends', async () => {
    const { botId, secret, url } = robot
    const [one, other] = await twoNodes('wecom-bot', { botId, secret, wsUrl: url })
    await vi.waitFor(async () => expect(await states(one)).toEqual(['up']), patient)
    const [{ node }] = (await lines(one)) as [Line]
    robot.say('lishifu', '空调不制冷')
    const { db } = one.fresh.database
    const heard = () => db.selectFrom('message').select('id').where('direction', '=', 'in').execute()
    await vi.waitFor(async () => expect(await heard()).toHaveLength(1), patient)
    expect(robot.line.signIns).toBe(1)
    // The first node to start leads.
    await stop(one)
    await vi.waitFor(() => expect(robot.line.signIns).toBe(2), patient)
    await vi.waitFor(async () => expect(await states(other)).toEqual(['up']), patient)
    expect((await lines(other))[0]!.node).not.toBe(node)
    robot.say('lishifu', '还是不制冷')
    await vi.waitFor(async () => expect(await heard()).toHaveLength(2), patient)
  })
})
