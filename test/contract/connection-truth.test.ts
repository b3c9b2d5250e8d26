import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FeishuEmulator } from '../../channels/feishu/emulator/index.ts'
import { type BotEmulator, startBotEmulator } from '../../channels/wecom-bot/emulator/index.ts'
import { startKfEmulator } from '../../channels/wecom-kf/emulator/index.ts'
import { type TestHub, testHub } from '../hub.ts'

const patient = { timeout: 50_000, interval: 50 }

describe('the connections page tells the truth', () => {
  let test: TestHub
  let feishu: FeishuEmulator
  let robot: BotEmulator
  let kf: Awaited<ReturnType<typeof startKfEmulator>>
  beforeEach(async () => {
    test = await testHub({ env: { ALLOW_PRIVATE_HOSTS: '127.0.0.1' } })
    feishu = await new FeishuEmulator({ mode: 'long-connection' }).start()
    robot = await startBotEmulator()
    kf = await startKfEmulator({ callbackUrl: 'http://127.0.0.1:9/' })
    await test.hub.start(true)
  })
  afterEach(async () => {
    await test.close()
    await feishu.stop()
    await robot.stop()
    await kf.close()
  })

  async function account() {
    const { accounts } = (await test.ask('channel.list', {})) as {
      accounts: {
        id: string
        version: number
        config: object
        connections: { state: string; detail: string | null }[]
      }[]
    }
    return accounts[0]!
  }
  const connect = async (kind: string, config: object) => {
    await test.run('channel.create', { kind, name: kind, config })
  }
  const change = async (config: object) => {
    const { id, version, config: before } = await account()
    await test.run('channel.update', { id, version, config: { ...before, ...config } })
  }
  const shows = (state: string, ...words: string[]) =>
    vi.waitFor(async () => {
      const [line] = (await account()).connections
      expect(line?.state).toBe(state)
      for (const word of words) expect(line?.detail).toContain(word)
    }, patient)

  it('of Feishu: up, cut, led astray, refused for its secret, and up again', async () => {
    const { appId, appSecret, baseUrl } = feishu
    await connect('feishu', { mode: 'long-connection', appId, appSecret, baseUrl })
    await shows('up')
    feishu.chaos.address = 'wss://10.0.0.8/ws/v2'
    feishu.dropConnections()
    await shows('down', '长连接的地址不能连接', 'Private network addresses are not allowed')
    feishu.chaos.address = null
    await shows('up')
    feishu.chaos.unavailable = true
    feishu.dropConnections()
    await shows('down', '503')
    feishu.chaos.unavailable = false
    await shows('up')
    await change({ appSecret: 'wrong' })
    await shows('config-error', '514')
    await change({ appSecret })
    await shows('up')
    await feishu.say('王芳', '又能收到了')
    const heard = () =>
      test.fresh.database.db.selectFrom('message').select('text').where('text', '=', '又能收到了').execute()
    await vi.waitFor(async () => expect(await heard()).toHaveLength(1), patient)
  }, 120_000)

  it('of a robot: up, turned away, refused for its secret, led to a private address, and up again', async () => {
    const { botId, secret, url: wsUrl } = robot
    await connect('wecom-bot', { botId, secret, wsUrl })
    await shows('up')
    robot.line.refusing = true
    robot.line.cut()
    await shows('down')
    robot.line.refusing = false
    await shows('up')
    await change({ secret: 'wrong' })
    await shows('config-error', '40001', '请检查 Bot ID 和 Secret')
    await change({ secret, wsUrl: 'wss://169.254.169.254/' })
    await shows('down', '长连接的地址不能连接', 'Private network addresses are not allowed')
    await change({ secret, wsUrl })
    await shows('up')
  }, 120_000)

  it('of customer service: up, busy, refused for its secret, and up again', async () => {
    const { corpId, secret, keys } = kf.account
    const config = { corpId, secret, token: keys.token, aesKey: keys.aesKey, baseUrl: kf.url }
    kf.server.trouble('/cgi-bin/kf/account/list', { errcode: 45009 })
    await connect('wecom-kf', config)
    await shows('degraded', '45009')
    await change({ secret: 'w'.repeat(32) })
    await shows('config-error', '40001')
    await change({ secret })
    await shows('up')
  }, 120_000)
})
