import { createHash, createHmac, randomBytes } from 'node:crypto'
import { afterAll, describe, expect, it } from 'vitest'
import { type PhoneConfig, phoneConfigSchema } from '../../channels/phone-webhook/config.ts'
import {
  type RecordingServer,
  startRecordingServer,
} from '../../channels/phone-webhook/emulator/recordings.ts'
import { phoneWebhookChannel } from '../../channels/phone-webhook/index.ts'
import { presets } from '../../channels/phone-webhook/presets.ts'
import type { RawRequest } from '../../src/contract/channel.ts'
import { faultsOf } from '../../src/contract/faults.ts'
import { channelContract } from './channel.ts'
import type { ChannelSubject, Never, Vendor } from './channel-subject.ts'

const startMs = Date.parse('2026-11-27T02:00:00Z')
const servers: RecordingServer[] = []
afterAll(() => Promise.all(servers.map((server) => server.close())))

const secret = () => randomBytes(16).toString('hex')
const bytes = (text: string) => new TextEncoder().encode(text)
const preset = (key: string) => presets.find((one) => one.key === key)!.config
const wav = Buffer.from('RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00', 'latin1')

/** A way of pushing, with only what the contract needs of it. */
interface Mode {
  readonly config: PhoneConfig
  /** The same account with another secret. */
  readonly strange: PhoneConfig
  readonly secretMembers: readonly string[]
  body(facts: Readonly<Record<string, string>>): Uint8Array
  prove(
    request: Omit<RawRequest, 'headers' | 'query'>,
    config: PhoneConfig,
  ): Pick<RawRequest, 'headers' | 'query'> & { body?: Uint8Array }
  readonly toleranceMs: number | Never
  readonly tampered: ((request: RawRequest) => RawRequest) | Never
  readonly names: Readonly<Record<string, string>>
}

async function subject(mode: Mode): Promise<ChannelSubject<PhoneConfig>> {
  const server = await startRecordingServer()
  servers.push(server)
  server.put('m-7.wav', wav)
  const { config, names } = mode
  const facts = (more: Readonly<Record<string, string>>) =>
    mode.body(Object.fromEntries(Object.entries(more).map(([name, value]) => [names[name]!, value])))
  const request = (body: Uint8Array, nowMs: number, by = config): RawRequest => {
    const bare = {
      method: 'POST',
      path: '/channels/phone-webhook/1',
      body,
      remoteAddress: '203.0.113.9',
      receivedAtMs: nowMs,
    }
    return { ...bare, ...mode.prove(bare, by) }
  }
  const vendor: Vendor<PhoneConfig> = {
    config,
    mood: () => ({ never: 'nothing is ever sent' }),
    received: () => [],
    refusedByWindow: () => 0,
    customerWrote: () => {},
    close: async () => {},
  }
  return {
    channel: phoneWebhookChannel,
    config,
    secretMembers: mode.secretMembers,
    startMs,
    sign: (body, _id, nowMs) => request(body, nowMs),
    text: (text, id) => facts({ callId: id, caller: '13605712844', callee: '4008001234', note: text }),
    unknown: { never: 'a report is one of a call; one that names none is parked' },
    echo: { never: 'the hub makes no calls' },
    media: {
      body: facts({
        callId: 'm-7',
        caller: '13605712844',
        callee: '4008001234',
        recordingUrl: `${server.url}/rec/m-7.wav`,
      }),
      content: wav,
    },
    unsigned: (r) => {
      const { body } = r
      return { ...r, headers: {}, query: {}, body: mode.names.sign ? withoutSign(body) : body }
    },
    forged: (r) => request(r.body, r.receivedAtMs, mode.strange),
    tampered: (r) => ('never' in mode.tampered ? mode.tampered : mode.tampered(r)),
    toleranceMs: mode.toleranceMs,
    accepts: (response) => response.status === 200,
    receiver: { to: '13605712844', thread: {} },
    wordsOf: (call) => String(call.body.text),
    vendor: async () => vendor,
  }
}

const withoutSign = (body: Uint8Array) =>
  Buffer.from(
    Buffer.from(body)
      .toString()
      .replace(/&?sign=[0-9A-Fa-f]+/, ''),
  )
const changed = (r: RawRequest) => ({
  ...r,
  body: Buffer.from(Buffer.from(r.body).toString().replace('13605712844', '13605712845')),
})
const jsonNames = {
  callId: 'callId',
  caller: 'caller',
  callee: 'callee',
  note: 'note',
  recordingUrl: 'recordingUrl',
}

channelContract('phone-webhook (signed with HMAC over time and body)', () => {
  const config = phoneConfigSchema.parse({ ...preset('generic'), signSecret: secret() })
  return subject({
    config,
    strange: { ...config, signSecret: secret() },
    secretMembers: ['signSecret', 'staticKey', 'bearerToken', 'basicPassword', 'recordingToken'],
    names: jsonNames,
    body: (facts) => bytes(JSON.stringify(facts)),
    prove: ({ body, receivedAtMs }, { signSecret }) => {
      const time = String(Math.floor(receivedAtMs / 1000))
      const mac = createHmac('sha256', signSecret!).update(`${time}.`).update(body).digest('hex')
      return { query: {}, headers: { 'x-timestamp': time, 'x-signature': mac } }
    },
    toleranceMs: 300_000,
    tampered: changed,
  })
})

channelContract('phone-webhook (form signed with MD5 of the sorted fields)', () => {
  const names = {
    callId: 'uuid',
    caller: 'disnumber',
    callee: 'destnumber',
    note: 'remark',
    recordingUrl: 'recordurl',
  }
  const config = phoneConfigSchema.parse({
    fields: names,
    signSecret: secret(),
    sign: { algorithm: 'md5', signText: '{params}&key={secret}', signIn: 'field', signName: 'sign' },
  })
  return subject({
    config,
    strange: { ...config, signSecret: secret() },
    secretMembers: ['signSecret'],
    names: { ...names, sign: 'sign' },
    body: (facts) => bytes(new URLSearchParams(facts).toString()),
    prove: ({ body }, { signSecret }) => {
      const fields = [...new URLSearchParams(Buffer.from(body).toString())].filter(
        ([name]) => name !== 'sign',
      )
      const text = fields
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .filter(([, value]) => value !== '')
        .map((pair) => pair.join('='))
        .join('&')
      const sign = createHash('md5').update(`${text}&key=${signSecret}`).digest('hex').toUpperCase()
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      return { query: {}, headers, body: bytes(new URLSearchParams([...fields, ['sign', sign]]).toString()) }
    },
    toleranceMs: { never: 'the platform signs no time; a repeat is found by its content' },
    tampered: changed,
  })
})

channelContract('phone-webhook (fixed key in the address)', () => {
  const config = phoneConfigSchema.parse({ fields: jsonNames, staticKey: secret() })
  return subject({
    config,
    strange: { ...config, staticKey: secret() },
    secretMembers: ['staticKey'],
    names: jsonNames,
    body: (facts) => bytes(JSON.stringify(facts)),
    prove: (_request, { staticKey }) => ({ query: { key: staticKey! }, headers: {} }),
    toleranceMs: { never: 'the platform signs no time' },
    tampered: { never: 'a key proves the sender only; the set-up says so' },
  })
})

describe('an account of a call center', () => {
  it('is refused without any proof, in both languages', () => {
    const parsed = phoneConfigSchema.safeParse({ fields: jsonNames })
    expect(parsed.success).toBe(false)
    expect(faultsOf(parsed.error!)[0]).toMatchObject({
      messageZh: expect.stringContaining('至少需要一种验证方式'),
      message: expect.stringContaining('At least one proof'),
    })
  })

  it.each(presets.map((one) => [one.key, one.config] as const))(
    'can be made of the preset %s and a secret',
    (_key, config) => {
      const proof = _key === 'tccc' ? { basicUser: 'tccc', basicPassword: secret() } : { staticKey: secret() }
      expect(phoneConfigSchema.safeParse({ ...config, ...proof }).error?.issues).toBeUndefined()
    },
  )
})
