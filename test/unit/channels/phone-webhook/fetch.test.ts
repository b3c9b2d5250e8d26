import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PhoneConfig, phoneConfigSchema } from '../../../../channels/phone-webhook/config.ts'
import {
  type RecordingServer,
  startRecordingServer,
} from '../../../../channels/phone-webhook/emulator/recordings.ts'
import { fetchRecording } from '../../../../channels/phone-webhook/fetch.ts'
import { makeSafeFetch } from '../../../../src/app/io/safe-fetch.ts'
import type { ChannelIo } from '../../../../src/contract/ports.ts'
import { tones } from '../../../fixtures/recordings.ts'

const wav = tones([440], 1)

describe('fetching a recording', () => {
  let server: RecordingServer
  const allowed = makeSafeFetch({ allow: ['127.0.0.1'] })
  const strict = makeSafeFetch()
  beforeAll(async () => {
    server = await startRecordingServer()
  })
  afterAll(() => Promise.all([server.close(), allowed.close(), strict.close()]))

  function io(more: object = {}, fetch = allowed.fetch): ChannelIo<PhoneConfig> {
    const config = phoneConfigSchema.parse({ staticKey: 'a-long-static-key', ...more })
    const limited: typeof fetch = (url, init, limits) => fetch(url, init, { ...limits, timeoutMs: 500 })
    return { config, fetch: limited, signal: AbortSignal.timeout(10_000) } as ChannelIo<PhoneConfig>
  }
  const ref = (name: string) => ({ url: `${server.url}/rec/${name}` })
  const codeOf = (promise: Promise<unknown>) =>
    promise.then(
      () => 'fetched',
      (error: { refusal?: { code: string } }) => error.refusal?.code ?? String(error),
    )

  it.each([
    ['missing', 'fetch.not_ready'],
    ['accepted', 'fetch.not_ready'],
    ['empty', 'fetch.not_ready'],
    ['json', 'fetch.not_ready'],
    ['page', 'fetch.not_ready'],
    ['forbidden', 'fetch.not_ready'],
    ['busy', 'fetch.not_ready'],
    ['broken', 'fetch.not_ready'],
    ['hang', 'fetch.failed'],
    ['cut', 'fetch.failed'],
  ] as const)('that is "%s" is %s, and there the next time', async (miss, code) => {
    server.put('a.wav', wav, { misses: [miss] })
    expect(await codeOf(fetchRecording(ref('a.wav'), io()))).toBe(code)
    const file = await fetchRecording(ref('a.wav'), io())
    const chunks: Uint8Array[] = []
    for await (const chunk of file.content) chunks.push(chunk)
    expect(Buffer.concat(chunks).equals(wav)).toBe(true)
  })

  it('shows the token where the account says', async () => {
    server.put('b.wav', wav)
    await fetchRecording(ref('b.wav'), io({ recordingToken: 'Bearer t0ken' }))
    expect(server.asked.at(-1)).toMatchObject({ path: '/rec/b.wav', authorization: 'Bearer t0ken' })
    const inQuery = { recordingToken: 't0ken', recordingTokenIn: 'query', recordingTokenName: 'sig' }
    await fetchRecording({ url: `${server.url}/rec/b.wav?v=1` }, io(inQuery))
    expect(server.asked.at(-1)).toMatchObject({ path: '/rec/b.wav?v=1&sig=t0ken', authorization: undefined })
  })

  it('refuses private addresses and what is too large for good', async () => {
    server.put('c.wav', Buffer.alloc(1_100_000, 1))
    expect(await codeOf(fetchRecording(ref('c.wav'), io({ maxRecordingMb: 1 })))).toBe('media.too_large')
    expect(await codeOf(fetchRecording(ref('c.wav'), io({}, strict.fetch)))).toBe('fetch.private_address')
  })
})
