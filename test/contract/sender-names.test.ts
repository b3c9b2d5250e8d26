import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FeishuEmulator } from '../../channels/feishu/emulator/index.ts'
import { manualClock } from '../../src/kernel/clock.ts'
import { type TestHub, testHub } from '../hub.ts'

const hour = 3_600_000
const patient = { timeout: 20_000, interval: 50 }

describe('the names of people who write on Feishu', () => {
  let clock: ReturnType<typeof manualClock>
  let emulator: FeishuEmulator
  let test: TestHub
  beforeEach(async () => {
    clock = manualClock(Date.parse('2026-03-02T09:00:00+08:00'))
    emulator = await new FeishuEmulator({ mode: 'long-connection', now: () => clock.now() }).start()
    test = await testHub({ clock, env: { ALLOW_PRIVATE_HOSTS: '127.0.0.1' } })
    const { appId, appSecret, baseUrl } = emulator
    const config = { mode: 'long-connection', appId, appSecret, baseUrl }
    await test.run('channel.create', { kind: 'feishu', name: '飞书', audience: 'customers', config })
    await test.hub.start(true)
    await vi.waitFor(() => expect(emulator.connections()).toBe(1), patient)
  })
  afterEach(async () => {
    await test.close()
    await emulator.stop()
  })

  const texts = async () =>
    (
      await test.fresh.database.db
        .selectFrom('message')
        .select('text')
        .where('direction', '=', 'in')
        .execute()
    ).map(({ text }) => text)
  const names = () =>
    test.fresh.database.db
      .selectFrom('channel_identity as i')
      .innerJoin('contact as c', 'c.id', 'i.contactId')
      .select(['i.displayName', 'c.name'])
      .execute()
  const jobs = () =>
    test.fresh.database.db.selectFrom('job').select('state').where('kind', '=', 'identity.name').execute()
  /** Everything that was said is there, and nobody is asked for any more. */
  const settled = (count: number) =>
    vi.waitFor(async () => {
      expect(await texts()).toHaveLength(count)
      expect(await jobs()).toEqual([])
    }, patient)

  it('are asked for once, whatever they write after it', async () => {
    await emulator.say('王芳', '空调不制冷')
    await settled(1)
    expect(await names()).toEqual([{ displayName: '王芳', name: '王芳' }])
    clock.advance(48 * hour)
    await emulator.say('王芳', '在吗', '售后群')
    await settled(2)
    expect(emulator.namesAsked).toBe(1)
    const { conversations } = (await test.ask('conversation.list', {})) as {
      conversations: { customerName: string }[]
    }
    expect(new Set(conversations.map(({ customerName }) => customerName))).toEqual(new Set(['王芳']))
  })

  it('stay unknown without the permission, cost no message, and come when it was granted', async () => {
    emulator.scopes.delete('contact:contact.base:readonly')
    await emulator.say('王芳', '空调不制冷')
    await settled(1)
    expect(await names()).toEqual([{ displayName: null, name: null }])
    emulator.scopes.add('contact:contact.base:readonly')
    clock.advance(hour)
    await emulator.say('王芳', '在吗')
    await settled(2)
    // Not at each message: calls are counted.
    expect(emulator.namesAsked).toBe(1)
    clock.advance(24 * hour)
    await emulator.say('王芳', '还在吗')
    await settled(3)
    expect(await names()).toEqual([{ displayName: '王芳', name: '王芳' }])
  })

  it('stay unknown where the field is not granted or the person is out of scope', async () => {
    emulator.scopes.delete('contact:user.base:readonly')
    await emulator.say('王芳', '空调不制冷')
    await settled(1)
    emulator.scopes.add('contact:user.base:readonly')
    emulator.outOfScope.add(emulator.world.person('李强').open_id)
    await emulator.say('李强', '热水器不热')
    await settled(2)
    expect(emulator.namesAsked).toBe(2)
    expect((await names()).map(({ displayName }) => displayName)).toEqual([null, null])
    expect(
      await test.fresh.database.db.selectFrom('job').select('id').where('state', '=', 'dead').execute(),
    ).toEqual([])
  })
})
