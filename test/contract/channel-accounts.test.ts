import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { apiChannel } from '../../channels/api/index.ts'
import { makeRegistry } from '../../src/app/channels.ts'
import { systemActor } from '../../src/contract/actor.ts'
import type { Channel } from '../../src/contract/channel.ts'
import { type MemberSchema, unknownMembers } from '../../src/contract/unknown-members.ts'
import { errors } from '../../src/kernel/errors.ts'
import { derivedId } from '../../src/kernel/ids.ts'
import { type Log, silentLog } from '../../src/kernel/log.ts'
import { json } from '../../src/store/index.ts'
import { secretBox } from '../../src/store/secrets.ts'
import { type FreshDatabase, freshDatabase } from '../fresh-database.ts'
import { type TestHub, testHub } from '../hub.ts'

let fresh: FreshDatabase
beforeAll(async () => {
  fresh = await freshDatabase()
})
afterAll(() => fresh.drop())

async function addAccount(name: string): Promise<string> {
  const id = derivedId('account', name)
  await fresh.database.db
    .insertInto('channel_account')
    .values({ id, kind: 'api', name, config: json({}) })
    .execute()
  return id
}

describe('the channel accounts in memory', () => {
  it('keep an account that was added while an older reading was still under way', async () => {
    const first = await addAccount('first')
    let slow: (() => void) | undefined
    let readings = 0
    const registry = makeRegistry({
      database: fresh.database,
      loaders: { api: async () => apiChannel as Channel },
      openSecrets: async () => ({}),
      unusable: () => {},
      now: () => 0,
      // The first reading has its rows and hangs on something else; it ends after the second one began.
      extra: async () => {
        if (readings++ === 0) await new Promise<void>((resolve) => (slow = resolve))
        return {}
      },
    })
    const older = registry.refresh()
    await expect.poll(() => slow).toBeDefined()
    const second = await addAccount('second')
    const newer = registry.refresh()
    setTimeout(() => slow!(), 50)
    await Promise.all([older, newer])
    expect(registry.all().map((account) => account.id)).toEqual(expect.arrayContaining([first, second]))
  })
})

const signingSecrets = [`whsec_${Buffer.alloc(32, 7).toString('base64')}`]

interface Listed {
  readonly id: string
  readonly version: number
  readonly secretsSet: readonly string[]
  readonly connections: readonly { readonly state: string; readonly detail: string | null }[]
}

describe('an account whose secrets cannot be decrypted', () => {
  let test: TestHub
  let id: string
  const said: string[] = []
  const listed = async () => ((await test.ask('channel.list', {})) as { accounts: Listed[] }).accounts[0]!
  const answer = () => {
    const found = test.hub.registry.find('api', id)
    return found.ok ? found.value.config : found.refusal.code
  }
  /** The secrets as somebody sealed them whose key this hub does not have. */
  const lose = (secrets: unknown = signingSecrets) =>
    test.fresh.database.query('update channel_account set secrets = $2 where id = $1', [
      id,
      secretBox([randomBytes(32)]).seal(JSON.stringify({ signingSecrets: secrets }), `channel_account:${id}`),
    ])
  /** The same hub after a restart. */
  async function restarted(): Promise<TestHub> {
    const again = await testHub({ env: { SECRET_KEY: key }, fresh: { ...test.fresh, drop: async () => {} } })
    await again.hub.registry.refresh()
    return again
  }
  const key = randomBytes(32).toString('hex')

  beforeEach(async () => {
    said.length = 0
    const log = { ...silentLog, error: (_: object, text: string) => said.push(text) } as unknown as Log
    test = await testHub({ env: { SECRET_KEY: key }, log: { ...log, child: () => log } })
    const made = await test.run('channel.create', { kind: 'api', name: '商城', config: { signingSecrets } })
    id = made.id as string
    await test.hub.registry.refresh()
  })
  afterEach(() => test.close())

  it('goes on with what was loaded, and asks senders to come again where nothing was', async () => {
    await lose()
    await test.hub.registry.refresh()
    expect(answer()).toMatchObject({ signingSecrets })
    const again = await restarted()
    const found = again.hub.registry.find('api', id)
    expect(found).toMatchObject({ ok: false, refusal: { code: 'channel.unusable' } })
    expect(errors['channel.unusable'].status).toBe(503)
    expect(again.hub.registry.find('api', randomUUID())).toMatchObject({
      refusal: { code: 'channel.unknown' },
    })
    await again.close()
  })

  it('is listed and tested with what is wrong and what to do, and logged once', async () => {
    await lose()
    await test.hub.registry.refresh()
    await test.hub.registry.refresh()
    expect(said).toEqual(['the stored settings of a channel account cannot be used'])
    const words = /^已保存的密钥无法解密。.*重新填写.*enter them again on/
    expect(await listed()).toMatchObject({
      secretsSet: [],
      connections: [{ state: 'config-error', detail: expect.stringMatching(words) }],
    })
    const { steps } = await test.ask('channel.test', { id })
    expect(steps).toMatchObject([{ ok: false, en: expect.stringContaining('cannot be decrypted') }])
  })

  it('can be switched off as it is, and is well again with new secrets', async () => {
    await lose()
    await test.hub.registry.refresh()
    await test.run('channel.update', { id, version: 1, enabled: false })
    expect(answer()).toBe('channel.disabled')
    const next = [`whsec_${Buffer.alloc(32, 8).toString('base64')}`]
    await test.run('channel.update', { id, version: 2, enabled: true, config: { signingSecrets: next } })
    await test.hub.registry.refresh()
    expect(answer()).toMatchObject({ signingSecrets: next })
    expect(await listed()).toMatchObject({ secretsSet: ['signingSecrets'], connections: [] })
  })
})

describe('the settings of an account', () => {
  let test: TestHub
  beforeAll(async () => {
    test = await testHub()
  })
  afterAll(() => test.close())

  const refusal = async (name: string, input: object) => {
    const command = test.hub.commands.find((each) => each.name === name)!
    const done = await test.hub.executor.execute(command, systemActor('test'), input)
    return done.ok ? null : done.refusal
  }
  const create = (config: object, kind = 'api') => refusal('channel.create', { kind, name: '商城', config })

  it('refuse a member that the channel does not have by its name, also one that only the hub puts in', async () => {
    expect(await create({ callbackURL: 'https://shop.example/answers' })).toMatchObject({
      code: 'channel.config_invalid',
      params: { reasonZh: '没有这样的内容：callbackURL', reason: 'there is no such member: callbackURL' },
    })
    expect((await create({ tokens: [] }))?.params.reason).toBe('there is no such member: tokens')
    const mail = {
      address: 'a@shop.example',
      password: 'x',
      imap: { host: 'a', Port: 1 },
      smtp: { host: 'a' },
    }
    expect((await create(mail, 'email'))?.issues).toContainEqual({
      path: 'imap',
      message: 'there is no such member: Port',
      messageZh: '没有这样的内容：Port',
    })
  })

  it('want the secrets with which answers are signed together with the address that they go to', async () => {
    const callbackUrl = 'https://8.8.8.8/answers'
    const refused = await create({ callbackUrl })
    expect(refused).toMatchObject({
      code: 'channel.config_invalid',
      params: { reasonZh: 'callbackSecrets：填了 callbackUrl 就必须填写' },
    })
    const { id } = await test.run('channel.create', {
      ...{ kind: 'api', name: '商城' },
      config: { callbackUrl, callbackSecrets: signingSecrets },
    })
    // Secrets that are left out stay, and so does what needs them.
    expect(await refusal('channel.update', { id, version: 1, config: { callbackUrl } })).toBeNull()
    const none = { callbackUrl, callbackSecrets: [] }
    expect((await refusal('channel.update', { id, version: 2, config: none }))?.code).toBe(
      'channel.config_invalid',
    )
  })

  it('refuse an address for answers within the own network at once, with how to allow it', async () => {
    const config = { callbackUrl: 'http://127.0.0.1:8080/answers', callbackSecrets: signingSecrets }
    expect(await create(config)).toMatchObject({
      code: 'fetch.private_address',
      params: { host: '127.0.0.1' },
      issues: [{ path: 'callbackUrl', message: expect.stringContaining('ALLOW_PRIVATE_HOSTS') }],
    })
  })

  it('refuse a name of nothing but blanks', async () => {
    const named = (name: string) => refusal('channel.create', { kind: 'api', name, config: {} })
    expect(await named('  \u3000')).toMatchObject({ code: 'request.invalid', issues: [{ path: 'name' }] })
    expect(await named(' 商城 ')).toBeNull()
  })

  it('let a member go by that is stored from before, and take every preset of every kind', async () => {
    const { id } = await test.run('channel.create', { kind: 'api', name: '商城', config: {} })
    const stored = { foo: 1 }
    await test.fresh.database.query('update channel_account set config = $2 where id = $1', [id, stored])
    await test.hub.registry.refresh()
    expect(test.hub.registry.byId(id as string)).toBeDefined()
    expect(await refusal('channel.update', { id, version: 1, config: stored })).toBeNull()
    const more = { id, version: 2, config: { ...stored, bar: 1 } }
    expect((await refusal('channel.update', more))?.params.reason).toBe('there is no such member: bar')
    const { kinds } = (await test.ask('channel.kinds', {})) as {
      kinds: { settings: MemberSchema; presets: { config: object }[] }[]
    }
    for (const { settings, presets } of kinds)
      for (const { config } of presets) expect(unknownMembers(settings, config)).toEqual([])
  })
})
