import { utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type CallCenter, startCallCenter } from '../../channels/phone-webhook/emulator/call-center.ts'
import { presets } from '../../channels/phone-webhook/presets.ts'
import {
  startTranscriptionServer,
  type TranscriptionServer,
} from '../../connectors/asr/openai/emulator/server.ts'
import { ensureLinkKey, ticketLinks } from '../../src/access/index.ts'
import { readConfig } from '../../src/app/config.ts'
import { openRecogniser } from '../../src/app/recogniser.ts'
import { describe as inWords } from '../../src/app/replay/compare.ts'
import { replay } from '../../src/app/replay/run.ts'
import { serveHub } from '../../src/app/serve.ts'
import type { Evidence, TicketFieldMap } from '../../src/contract/extraction.ts'
import { manualClock } from '../../src/kernel/clock.ts'
import { sha256 } from '../../src/kernel/hash.ts'
import { silentLog } from '../../src/kernel/log.ts'
import { mediaPath, type openMediaStore } from '../../src/media/store.ts'
import { openSecretBox } from '../../src/store/index.ts'
import { tones } from '../fixtures/recordings.ts'
import { freshDatabase } from '../fresh-database.ts'
import { type TestHub, testHub } from '../hub.ts'
import { tablesThatHold } from '../traces.ts'

/** Of the caller and of what was said. */
const secrets = /13605712844|幺三六零五|昌地火炬|我姓裘/

/** What is said on the two tracks of the recording; the recogniser gets one track after the other, the customer's first. */
const customer = [
  { start: 3.2, end: 6.8, text: '我家空调不制冷了,吹出来都是热风' },
  { start: 11.0, end: 15.5, text: '我姓裘,电话是幺三六零五七幺二八四四' },
  { start: 20.1, end: 26.4, text: '杭州市西湖区文三路259号昌地火炬大厦1号楼' },
]
const agent = [
  { start: 0.4, end: 2.9, text: '您好,某某空调售后,工号1024,请问有什么可以帮您' },
  { start: 8.0, end: 10.5, text: '好的,请问您贵姓,联系电话是多少' },
  { start: 16.5, end: 19.4, text: '请问您的地址在哪里' },
]

describe('a customer calls, and the call center reports the call', () => {
  let asr: TranscriptionServer
  let center: CallCenter
  let test: TestHub
  let server: Awaited<ReturnType<typeof serveHub>>
  let clock: ReturnType<typeof manualClock>
  let accountId: string
  let env: Record<string, string>
  let startMs = 0
  let legs = 0

  beforeAll(async () => {
    asr = await startTranscriptionServer()
  })
  afterAll(() => asr.close())

  /** A hub with an account of the emulated call center; `recognises` says whether it has a recogniser. */
  async function start(recognises = true, style: 'generic' | 'tccc' = 'generic') {
    // Not before now: the history of the configuration, which replay follows, is written by the database's clock.
    startMs = Math.ceil(Date.now() / 1000) * 1000 + 60_000
    clock = manualClock(startMs)
    legs = 0
    asr.play(() => {
      const segments = legs++ % 2 === 0 ? customer : agent
      return { kind: 'answer', body: { text: '', language: 'zh', duration: 30, segments } }
    })
    env = {
      ALLOW_PRIVATE_HOSTS: '127.0.0.1',
      ...(recognises ? { ASR_BASE_URL: asr.baseUrl, ASR_MODEL: 'whisper-1' } : {}),
    }
    const fresh = await freshDatabase()
    const config = readConfig(env)
    // The recogniser reads recordings from the hub's own media store, which is opened below.
    const media = { get: (hash: string) => test.hub.media.get(hash) } as Awaited<
      ReturnType<typeof openMediaStore>
    >
    const parts = { database: fresh.database, media, clock, log: silentLog }
    const recogniser = await openRecogniser(config, parts)
    test = await testHub({ env, fresh, clock, ...(recogniser ? { recogniser } : {}) })
    const links = ticketLinks(await fresh.database.transaction((tx) => ensureLinkKey(tx)))
    server = await serveHub(test.hub, links, readConfig({ ...env, DATA_DIR: test.dataDir }))
    center = await startCallCenter(style, { now: () => clock.now() })
    const proof =
      style === 'tccc' ? { basicUser: 'tccc', basicPassword: center.secret } : { signSecret: center.secret }
    const settings = presets.find((one) => one.key === style)!.config
    const made = await test.run('channel.create', {
      kind: 'phone-webhook',
      name: '400 热线',
      config: { ...settings, ...proof, stereo: 'customer-first' },
    })
    accountId = String(made.id)
    await test.hub.registry.refresh()
  }

  afterEach(async () => {
    await server.close()
    await center.close()
    await test.close()
  })

  /** Delivers pushes of a call to the hub's real HTTP mount. */
  async function push(call: Parameters<CallCenter['pushes']>[0], only?: string) {
    for (const { step, push: sent } of center.pushes(call)) {
      if (only !== undefined && step !== only) continue
      const query = new URLSearchParams(sent.query).toString()
      const answer = await server.inject({
        method: sent.method,
        url: `/channels/phone-webhook/${accountId}${query ? `?${query}` : ''}`,
        headers: { ...sent.headers },
        ...(sent.method === 'POST' ? { payload: Buffer.from(sent.body) } : {}),
      })
      expect(answer.statusCode, answer.body).toBe(200)
    }
    await test.hub.settle()
  }

  async function later(ms: number) {
    clock.advance(ms)
    await test.hub.settle()
  }

  const db = () => test.fresh.database.db
  const tickets = () => db().selectFrom('ticket').selectAll().execute()
  async function shown() {
    const { id } = await db().selectFrom('conversation').select('id').executeTakeFirstOrThrow()
    const { calls } = (await test.ask('call.ofConversation', { conversationId: id })) as {
      calls: Record<string, unknown>[]
    }
    return calls[0]!
  }

  const recording = tones([300, 700], 30)

  it('and its words become a ticket whose fields point at the second of the recording', async () => {
    await start()
    const call = center.call({ recording, misses: ['missing', 'json'] })
    await push(call)
    expect(await shown()).toMatchObject({
      stage: 'fetching',
      customerNumber: '13605712844',
      hotline: '4008001234',
      nextTryAt: new Date(startMs + 5_000).toISOString(),
    })
    expect(await tickets()).toHaveLength(0)

    await later(5_000)
    expect(await shown()).toMatchObject({
      stage: 'fetching',
      lastError: expect.stringContaining('404'),
      nextTryAt: new Date(startMs + 10_000).toISOString(),
    })
    await later(5_000)
    expect(await shown()).toMatchObject({ nextTryAt: new Date(startMs + 20_000).toISOString() })
    await later(10_000)
    expect(center.recordings.asked).toHaveLength(3)

    const view = await shown()
    expect(view).toMatchObject({
      stage: 'transcribed',
      recogniser: 'openai:whisper-1',
      scripted: false,
      agent: '1024',
      canRetry: false,
    })
    const said = view.utterances as { id: string; speaker: string; text: string; startMs: number }[]
    expect(said.map((u) => u.speaker)).toEqual([
      'agent',
      'customer',
      'agent',
      'customer',
      'agent',
      'customer',
    ])
    const stored = await db().selectFrom('attachment').selectAll().executeTakeFirstOrThrow()
    expect(stored).toMatchObject({ state: 'stored', contentType: 'audio/wav', hash: sha256(recording) })

    const [ticket, ...others] = await tickets()
    expect(others).toHaveLength(0)
    expect(ticket).toMatchObject({
      channel: 'phone-webhook',
      intent: 'repair',
      phone: '13605712844',
      contactName: expect.stringContaining('裘'),
      city: '杭州市',
      district: '西湖区',
    })
    const response = await db()
      .selectFrom('sla_clock')
      .select('metAt')
      .where('kind', '=', 'firstResponse')
      .executeTakeFirstOrThrow()
    expect(response.metAt).not.toBeNull()
    const fields = ticket!.fields as TicketFieldMap
    const phone = fields.phone!.evidence[0]!
    expect(phone).toMatchObject({
      kind: 'span',
      turn: said[3]!.id,
      quote: '幺三六零五七幺二八四四',
      startMs: 11_000,
      endMs: 15_500,
    })
    const spans = (evidence: readonly Evidence[]): Evidence[] =>
      evidence.flatMap((e) => (e.kind === 'derived' ? spans(e.from) : [e]))
    for (const span of spans(fields.address!.evidence))
      expect(span).toMatchObject({ kind: 'span', turn: said[5]!.id, startMs: 20_100, endMs: 26_400 })
  })

  it('says nothing to the telephone, and where a chat of the same customer is known says it there', async () => {
    await start()
    await push(center.call({ recording }))
    await later(5_000)
    expect(await tickets()).toHaveLength(1)
    expect(await db().selectFrom('outbox_message').selectAll().execute()).toEqual([])

    const api = String((await test.run('channel.create', { kind: 'api', name: 'app', config: {} })).id)
    const { sendToApi } = await import('../api.ts')
    await sendToApi(test, api, {
      key: 'k1',
      sender: { id: 'u1', phone: '13605712844', verified: ['phone'] },
      text: '你好',
    })
    await later(10_000)
    await push(center.call({ recording: tones([310, 710], 30) }))
    await later(5_000)
    const told = await db().selectFrom('outbox_message').select(['accountId', 'ticketId']).execute()
    expect(new Set(told.map((message) => message.accountId))).toEqual(new Set([api]))
    // The second call is about the same fault: it joins the ticket of the first.
    const calls = (await tickets()).filter((ticket) => ticket.channel === 'phone-webhook')
    expect(calls).toHaveLength(1)
    expect(told.filter((message) => calls.some(({ id }) => id === message.ticketId))).toHaveLength(1)
  })

  it('in several steps, twice and backwards, and it is one message with one recording', async () => {
    await start()
    const call = center.call({ recording })
    const steps = center.pushes(call).map(({ step }) => step)
    for (const step of [...steps].reverse()) {
      await push(call, step)
      await push(call, step)
    }
    await later(10_000)
    expect(await db().selectFrom('message').select('kind').execute()).toEqual([{ kind: 'call' }])
    expect(await db().selectFrom('attachment').select('state').execute()).toEqual([{ state: 'stored' }])
    const [conversation] = await db().selectFrom('conversation').selectAll().execute()
    expect(conversation).toMatchObject({ threadKey: call.id, waitingSince: null })
    expect(await tickets()).toHaveLength(1)
    const replayed = await again()
    expect(inWords(replayed.differences)).toBe('No difference: the replay rebuilt exactly what is stored.')
  })

  it('first with the recording alone: the conversation becomes the caller’s when the number is told', async () => {
    await start(true, 'tccc')
    const call = center.call({ from: '13705710099', recording })
    await push(call, 'recording')
    await push(call, 'hangup')
    await later(5_000)
    const row = await db()
      .selectFrom('conversation as c')
      .innerJoin('channel_identity as i', 'i.id', 'c.identityId')
      .select('i.externalId')
      .executeTakeFirstOrThrow()
    expect(row.externalId).toBe('13705710099')
    expect(await tickets()).toHaveLength(1)
  })

  it('without a recogniser it is a ticket all the same, and is transcribed later when somebody asks', async () => {
    await start(false)
    await push(center.call({ recording }))
    await later(5_000)
    expect(await shown()).toMatchObject({
      stage: 'untranscribed',
      canRetry: true,
      reason: { code: 'asr.none', en: expect.stringContaining('No recogniser is configured') },
      recording: { contentType: 'audio/wav' },
    })
    const [ticket] = await tickets()
    expect(ticket).toMatchObject({ phone: '13605712844', summary: '' })
    expect((ticket!.fields as TicketFieldMap).phone).toMatchObject({
      method: 'record',
      evidence: [{ kind: 'record', table: 'call', field: 'customerNumber' }],
    })
    const { messageId } = await shown()
    await test.run('call.transcribe', { messageId })
    await test.hub.settle()
    expect(await shown()).toMatchObject({ stage: 'untranscribed', reason: { code: 'asr.none' } })
  })

  it('a recording that never comes holds up the ticket for ten minutes only, and is given up after a day', async () => {
    await start()
    await push(center.call({ recording, misses: Array(500).fill('missing') }))
    await later(9 * 60_000)
    expect(await tickets()).toHaveLength(0)
    await later(60_000)
    expect(await tickets()).toHaveLength(1)
    for (let hour = 0; hour < 25 * 6; hour++) await later(600_000)
    expect(await shown()).toMatchObject({
      stage: 'untranscribed',
      reason: { code: 'fetch.not_ready' },
      canRetry: true,
    })
    expect(center.recordings.asked.length).toBeLessThan(170)

    // It turned up after all: a person asks again, and its words fill the ticket.
    center.recordings.put(`${(await callId()) ?? ''}.wav`, recording)
    await test.run('call.transcribe', { messageId: (await shown()).messageId })
    await test.hub.settle()
    expect(await shown()).toMatchObject({ stage: 'transcribed' })
    const [ticket, ...others] = await tickets()
    expect(others).toHaveLength(0)
    expect(ticket).toMatchObject({ intent: 'repair', city: '杭州市' })
  })

  it('a call that nobody answered waits as a conversation, and makes no ticket by itself', async () => {
    await start()
    await push(center.call({ answered: false }))
    await later(3_600_000)
    expect(await shown()).toMatchObject({ stage: 'untranscribed', reason: { code: 'call.unanswered' } })
    const [conversation] = await db().selectFrom('conversation').selectAll().execute()
    expect(conversation!.waitingSince).not.toBeNull()
    expect(await tickets()).toHaveLength(0)
  })

  it('a recogniser that is down is asked again, and what it cannot read is said with the reason', async () => {
    await start()
    asr.play({ kind: 'status', status: 503, message: 'down' })
    await push(center.call({ recording }))
    await later(5_000)
    expect(await shown()).toMatchObject({
      stage: 'transcribing',
      lastError: expect.stringContaining('HTTP 503'),
      nextTryAt: expect.any(String),
    })
    asr.play({ kind: 'status', status: 400, message: 'Invalid file format.' })
    await later(120_000)
    expect(await shown()).toMatchObject({
      stage: 'untranscribed',
      reason: { code: 'asr.unreadable', en: expect.stringContaining('HTTP 400') },
    })
    expect(await tickets()).toHaveLength(1)
  })

  it('a file that is no recording is refused', async () => {
    await start()
    await push(center.call({ recording: Buffer.from('MZ\x90\x00 this is a program', 'latin1') }))
    await later(5_000)
    expect(await shown()).toMatchObject({
      stage: 'untranscribed',
      reason: { code: 'media.type_refused' },
    })
  })

  it('replay rebuilds it with the transcript of then, and asks neither the call center nor a recogniser', async () => {
    await start()
    await push(center.call({ recording, misses: ['missing'] }))
    await later(5_000)
    await later(5_000)
    expect(await tickets()).toHaveLength(1)
    const asked = [asr.seen.length, center.recordings.asked.length]
    const report = await again()
    expect(report.problems).toEqual([])
    expect(inWords(report.differences)).toBe('No difference: the replay rebuilt exactly what is stored.')
    expect([asr.seen.length, center.recordings.asked.length]).toEqual(asked)
  })

  it('is erased with its ticket: number, words, recording, every report of it, and the recogniser’s answers', async () => {
    await start()
    await push(center.call({ recording }))
    await later(5_000)
    const [ticket] = await tickets()
    expect(await tablesThatHold(db(), secrets)).toContain('envelope')
    // A file that was stored in the last day stays for whoever may just be using it; the daily sweep takes it.
    const twoDaysAgo = new Date(Date.now() - 2 * 24 * 3_600_000)
    await utimes(join(test.dataDir, 'media', mediaPath(sha256(recording))), twoDaysAgo, twoDaysAgo)
    await test.run('ticket.erase', { ticketId: ticket!.id, version: ticket!.version })
    await later(1_000)
    expect(await tablesThatHold(db(), secrets)).toEqual([])
    expect(await test.hub.media.has(sha256(recording))).toBe(false)
  })

  async function callId() {
    return (await db().selectFrom('call').select('callId').executeTakeFirst())?.callId
  }

  async function again() {
    const config = readConfig({ ...env, DATA_DIR: test.dataDir })
    return await replay(
      {
        config,
        database: test.fresh.database,
        media: test.hub.media,
        box: await openSecretBox(config),
        links: ticketLinks('unused'),
        log: silentLog,
      },
      { fromMs: 0, toMs: clock.now() },
    )
  }
})
