import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { freePort, type HubProcess, startHub } from '../../bench/hub-process.ts'
import { type BotEmulator, startBotEmulator } from '../../channels/wecom-bot/emulator/index.ts'
import { type TestHub, testHub } from '../hub.ts'

const patient = { timeout: 50_000, interval: 50 }
const env = {
  ALLOW_PRIVATE_HOSTS: '127.0.0.1',
  SECRET_KEY: randomBytes(32).toString('base64'),
}
const members = ['lishifu', 'wangfang', 'zhaoqiang']

describe('what a robot says goes out by the process that holds its connection', () => {
  let robot: BotEmulator
  let dataDir: string
  let child: HubProcess | null = null
  let hubs: TestHub[] = []
  beforeAll(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'yitong-robot-'))
  })
  beforeEach(async () => {
    robot = await startBotEmulator()
  })
  afterEach(async () => {
    await child?.kill()
    child = null
    for (const { hub } of hubs) await hub.stop()
    for (const { dataDir: dir } of hubs) rmSync(dir, { recursive: true, force: true })
    await hubs[0]?.fresh.drop()
    hubs = []
    await robot.stop()
  })
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

  async function another(): Promise<TestHub> {
    const fresh = hubs[0]?.fresh
    const made = await testHub({ env, ...(fresh ? { fresh } : {}) })
    hubs.push(made)
    return made
  }

  async function account(hub: TestHub): Promise<void> {
    const { botId, secret, url } = robot
    const automatic = { question: false, state: false, knowledge: false }
    const config = { botId, secret, wsUrl: url }
    await hub.run('channel.create', {
      kind: 'wecom-bot',
      name: '机器人',
      audience: 'customers',
      automatic,
      config,
    })
  }

  /** Everybody writes; their conversations, in the order of the members. */
  async function conversations({ fresh }: TestHub): Promise<string[]> {
    for (const member of members) robot.say(member, '在吗')
    const { db } = fresh.database
    const read = () =>
      db
        .selectFrom('conversation as c')
        .innerJoin('channel_identity as i', 'i.id', 'c.identityId')
        .select(['c.id', 'i.externalId'])
        .execute()
    await vi.waitFor(async () => expect(await read()).toHaveLength(members.length), patient)
    const rows = await read()
    return members.map((member) => rows.find(({ externalId }) => externalId.includes(member))!.id)
  }

  const said = (member: string) =>
    robot.screen(member).flatMap(({ from, text }) => (from === 'robot' ? [text.split('\n')[0]!] : []))
  const attempts = async ({ fresh }: TestHub) =>
    await fresh.database.db.selectFrom('outbox_part').select(['attempts', 'state', 'lastError']).execute()

  it('whoever takes the job, at the first try', async () => {
    const one = await another()
    await account(one)
    const other = await another()
    await one.hub.start(false)
    await vi.waitFor(() => expect(robot.line.signIns).toBe(1), patient)
    await other.hub.start(false)
    const ids = await conversations(one)
    for (const n of [1, 2, 3]) {
      for (const conversationId of ids) {
        await one.run('outbox.reply', { conversationId, text: `甲${n}` })
        await other.run('outbox.reply', { conversationId, text: `乙${n}` })
      }
    }
    const all = ['甲1', '乙1', '甲2', '乙2', '甲3', '乙3']
    for (const member of members) await vi.waitFor(() => expect(said(member)).toEqual(all), patient)
    const unlike = async () =>
      (await attempts(one)).filter((part) => part.attempts !== 1 || part.state !== 'sent')
    await vi.waitFor(async () => expect(await unlike()).toEqual([]), patient)
    expect(robot.line.signIns).toBe(1)
  }, 60_000)

  it('waits without losing a try while nobody holds it, and goes out when somebody does', async () => {
    const one = await another()
    await account(one)
    await one.hub.start(false)
    await vi.waitFor(() => expect(robot.line.signIns).toBe(1), patient)
    const [id] = await conversations(one)
    await one.hub.stop()
    const { database } = one.fresh
    await database.query(`update lease set "expiresAt" = clock_timestamp() + interval '1 hour'`)
    const other = await another()
    await other.hub.start(false)
    await other.run('outbox.reply', { conversationId: id, text: '等一等' })
    const waiting = () =>
      database.query<{ lease: string }>(`select "lease" from job where "kind" = 'outbox.send'`)
    await vi.waitFor(async () => expect(await waiting()).toEqual([{ lease: expect.any(String) }]), patient)
    expect(await attempts(other)).toMatchObject([{ attempts: 0, state: 'queued' }])
    await database.query(`update lease set "expiresAt" = clock_timestamp() - interval '1 second'`)
    await vi.waitFor(() => expect(said('lishifu')).toEqual(['等一等']), patient)
  }, 90_000)

  it('is neither lost nor doubled when the process that holds it is killed in the middle', async () => {
    const next = await another()
    await account(next)
    child = await startHub({
      ...env,
      DATABASE_URL: next.fresh.url,
      DATA_DIR: dataDir,
      PORT: String(await freePort()),
      LOG_LEVEL: 'error',
    })
    await vi.waitFor(() => expect(robot.line.signIns).toBe(1), patient)
    await next.hub.start(false)
    const ids = await conversations(next)
    // The vendor never gets to the first frame, and the leader dies while it waits for the answer.
    robot.mood('silent')
    const texts = ['一', '二', '三']
    await next.run('outbox.reply', { conversationId: ids[0], text: texts[0] })
    await vi.waitFor(() => expect(robot.state.commands).toContain('aibot_send_msg'), patient)
    await child.kill()
    child = null
    for (const text of texts.slice(1)) await next.run('outbox.reply', { conversationId: ids[0], text })
    for (const conversationId of ids.slice(1)) {
      for (const text of texts) await next.run('outbox.reply', { conversationId, text })
    }
    // A minute passes, in which the dead worker says nothing.
    await next.fresh.database.query(
      `update job set "lockedUntil" = clock_timestamp() - interval '1 second'
       where "state" = 'running' and "kind" = 'outbox.send'`,
    )
    for (const member of members) await vi.waitFor(() => expect(said(member)).toEqual(texts), patient)
    expect(robot.line.signIns).toBe(2)
    const sent = Array.from({ length: 9 }, () => 'sent')
    await vi.waitFor(
      async () => expect((await attempts(next)).map(({ state }) => state)).toEqual(sent),
      patient,
    )
    const parts = await attempts(next)
    // One that was being sent is tried once more; the others had their first try.
    expect(parts.map((part) => part.attempts).toSorted()).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 2])
  }, 120_000)
})
