import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PhoneConfig, phoneConfigSchema } from '../../../../channels/phone-webhook/config.ts'
import { type CallCenter, startCallCenter } from '../../../../channels/phone-webhook/emulator/call-center.ts'
import type { Push, StyleName } from '../../../../channels/phone-webhook/emulator/styles.ts'
import { phoneWebhookChannel } from '../../../../channels/phone-webhook/index.ts'
import { presets } from '../../../../channels/phone-webhook/presets.ts'
import type { RawRequest } from '../../../../src/contract/channel.ts'
import type { CallFacts, MessageEnvelope } from '../../../../src/contract/message.ts'

const endMs = Date.parse('2026-11-27T02:05:00Z')

/** A push as the hub's HTTP server hands it on. */
function received(push: Push, nowMs = endMs): RawRequest {
  return { ...push, path: '/channels/phone-webhook/1', remoteAddress: '203.0.113.9', receivedAtMs: nowMs }
}

const md5Form = {
  fields: {
    callId: 'uuid',
    direction: 'type',
    caller: 'disnumber',
    callee: 'destnumber',
    agent: 'userid',
    startedAt: 'starttime',
    answeredAt: 'answertime',
    endedAt: 'endtime',
    duration: 'billsec',
    recordingUrl: 'recordurl',
    note: 'remark',
  },
  sign: { algorithm: 'md5', signText: '{params}&key={secret}', signIn: 'field', signName: 'sign' },
}

function configFor(style: StyleName, secret: string): PhoneConfig {
  const given = style === 'md5-form' ? md5Form : presets.find((one) => one.key === style)!.config
  const proof =
    style === 'generic' || style === 'md5-form'
      ? { signSecret: secret }
      : style === 'tccc'
        ? { basicUser: 'tccc', basicPassword: secret }
        : { staticKey: secret }
  return phoneConfigSchema.parse({ ...given, ...proof })
}

/** What all reports of a call say together: a later one adds to what earlier ones said. */
function together(envelopes: readonly MessageEnvelope[]): Partial<CallFacts> {
  const facts: Record<string, unknown> = {}
  for (const { message } of envelopes)
    for (const [name, value] of Object.entries(message.call!)) if (value !== null) facts[name] = value
  return facts
}

const forms = ['generic', 'md5-form', 'tccc', '7moor', 'uincall', 'aliyun-aiccs'] as const

/** Sample reports of one call in one form. */
interface Fixture {
  readonly secret: string
  readonly receivedAt: string
  readonly reports: readonly (Omit<Push, 'body'> & { readonly body: string })[]
}

describe('sample reports', () => {
  const folder = new URL('../../../../channels/phone-webhook/fixtures/', import.meta.url)
  const fixture = (name: string) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Fixture

  it('are there for each form', () => {
    expect(readdirSync(folder).sort()).toEqual(forms.map((form) => `${form}.json`).sort())
  })

  it.each(forms)('of %s are believed, and tell of one call with its recording', (form) => {
    const { secret, receivedAt, reports } = fixture(`${form}.json`)
    const config = configFor(form, secret)
    const nowMs = Date.parse(receivedAt)
    const envelopes = reports.flatMap((report) => {
      const request = received({ ...report, body: new TextEncoder().encode(report.body) }, nowMs)
      const verified = phoneWebhookChannel.verify(request, config, nowMs)
      if (!verified.ok) throw new Error(verified.refusal.code)
      return phoneWebhookChannel.parse(verified.value, config) as MessageEnvelope[]
    })
    expect(together(envelopes)).toMatchObject({
      callId: `${form}-0001`,
      direction: form === 'aliyun-aiccs' ? 'out' : 'in',
      customerNumber: '13605712844',
      hotline: '4008001234',
      startedAtMs: nowMs - 103_000,
      answeredAtMs: nowMs - 95_000,
      endedAtMs: nowMs,
    })
    const recordings = envelopes.flatMap(({ message }) => message.attachments)
    expect(recordings.map(({ source }) => source)).toMatchObject([
      { kind: 'fetch', ref: { url: `https://rec.example.com/rec/${form}-0001.wav` } },
    ])
  })
})

describe.each(forms)('reports in the form of %s', (style) => {
  let center: CallCenter
  let config: PhoneConfig
  const out = style === 'aliyun-aiccs'
  beforeAll(async () => {
    center = await startCallCenter(style, { now: () => endMs })
    config = configFor(style, center.secret)
  })
  afterAll(() => center.close())

  const read = (request: RawRequest) => {
    const verified = phoneWebhookChannel.verify(request, config, endMs)
    if (!verified.ok) throw new Error(verified.refusal.code)
    return phoneWebhookChannel.parse(verified.value, config) as MessageEnvelope[]
  }

  it('are believed, and say together who called whom, when, and where the recording is', () => {
    const call = center.call({
      from: '13605712844',
      direction: out ? 'out' : 'in',
      talkMs: 95_000,
      recording: Buffer.from('x'),
    })
    const envelopes = center.pushes(call).flatMap(({ push }) => read(received(push)))
    const facts = together(envelopes)
    expect(facts).toMatchObject({
      callId: call.id,
      direction: out ? 'out' : 'in',
      customerNumber: '13605712844',
      hotline: '4008001234',
      startedAtMs: call.startedAt,
      answeredAtMs: call.answeredAt,
      endedAtMs: call.endedAt,
    })
    if (!out) expect(facts.agent).toBe('1024')
    const recordings = envelopes.flatMap(({ message }) => message.attachments)
    expect(recordings.map((file) => file.source)).toEqual([
      {
        kind: 'fetch',
        ref: { url: `${center.recordings.url}/rec/${call.recording}` },
        patience: { firstDelayMs: 5_000, giveUpAfterMs: 86_400_000 },
      },
    ])
    expect(new Set(envelopes.map((one) => one.threadKey))).toEqual(new Set([call.id]))
    expect(envelopes.every((one) => one.message.providerMessageId === call.id)).toBe(true)
  })

  it('have a dedupe key for each step, the same when a step is delivered again', () => {
    const call = center.call({ recording: Buffer.from('x') })
    const first = center.pushes(call).flatMap(({ push }) => read(received(push)))
    const again = center.pushes(call, endMs + 60_000).flatMap(({ push }) => read(received(push)))
    expect(again.map((one) => one.dedupeKey)).toEqual(first.map((one) => one.dedupeKey))
    expect(new Set(first.map((one) => one.dedupeKey)).size).toBe(first.length)
  })

  it('of a call that nobody answered say so', () => {
    const call = center.call({ answered: false })
    const facts = together(center.pushes(call).flatMap(({ push }) => read(received(push))))
    expect(facts.answeredAtMs).toBeUndefined()
    expect(facts.endedAtMs).toBe(call.endedAt)
  })

  it('are refused with another secret', () => {
    const strange = configFor(style, 'another-secret')
    const call = center.call({ recording: Buffer.from('x') })
    for (const { push } of center.pushes(call)) {
      const verified = phoneWebhookChannel.verify(received(push), strange, endMs)
      expect(verified).toMatchObject({ ok: false, refusal: { code: 'signature.invalid' } })
    }
  })

  it('are stored without the key that came in the address', () => {
    const { push } = center.pushes(center.call({}))[0]!
    const verified = phoneWebhookChannel.verify(received(push), config, endMs)
    if (!verified.ok) throw new Error(verified.refusal.code)
    expect(JSON.stringify({ ...verified.value.request.query })).not.toContain(center.secret)
  })
})
