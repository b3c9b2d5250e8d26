import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Audio, Recogniser } from '../../../connectors/_kit/recognisers.ts'
import { type ChainOptions, recogniserChain } from '../../../connectors/_kit/recognisers.ts'
import { readWav } from '../../../connectors/_kit/wav.ts'
import { type FunasrServer, startFunasrServer } from '../../../connectors/asr/funasr/emulator/server.ts'
import { funasrConfig, funasrRecogniser } from '../../../connectors/asr/funasr/index.ts'
import {
  startTranscriptionServer,
  type TranscriptionServer,
} from '../../../connectors/asr/openai/emulator/server.ts'
import { openaiAsrConfig, openaiRecogniser } from '../../../connectors/asr/openai/index.ts'
import { scriptedRecogniser } from '../../../connectors/asr/scripted/index.ts'
import { RecogniserError, type RecordingInput, type Transcript } from '../../../src/contract/transcript.ts'
import { manualClock } from '../../../src/kernel/clock.ts'
import { silentLog } from '../../../src/kernel/log.ts'
import { tones } from '../../fixtures/recordings.ts'

const signal = () => AbortSignal.timeout(20_000)
const wav = tones([440], 2)
const audio = (more: Partial<Audio> = {}): Audio => ({
  bytes: wav,
  contentType: 'audio/wav',
  pcm: readWav(wav),
  hotwords: ['空调', 'KFR-35GW'],
  language: 'zh',
  ...more,
})
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no failure',
    (error: unknown) =>
      error instanceof RecogniserError
        ? { retry: error.retry, code: error.refusal.code, waitMs: error.waitMs }
        : error,
  )

describe('an OpenAI-compatible recogniser', () => {
  let server: TranscriptionServer
  const recogniser = (model: string) =>
    openaiRecogniser(openaiAsrConfig.parse({ baseUrl: server.baseUrl, apiKey: 'k', model }))
  beforeAll(async () => {
    server = await startTranscriptionServer()
  })
  afterAll(() => server.close())

  it('asks whisper for segments with the likely words as prompt, and keeps their times', async () => {
    const segments = [
      { start: 0.5, end: 1.25, text: ' 您好', avg_logprob: -0.1 },
      { start: 1.3, end: 2, text: '空调不制冷' },
    ]
    server.play({ kind: 'answer', body: { text: 'x', language: 'chinese', duration: 2.0, segments } })
    const transcript = await recogniser('whisper-1').transcribe(audio(), signal())
    expect(transcript).toMatchObject({ recogniser: 'openai:whisper-1', durationMs: 2000 })
    expect(transcript.utterances).toMatchObject([
      { ordinal: 0, text: '您好', startMs: 500, endMs: 1250, speaker: 'unknown', voice: null, leg: null },
      { ordinal: 1, text: '空调不制冷', startMs: 1300, endMs: 2000, confidence: null },
    ])
    expect(transcript.utterances[0]!.confidence).toBeCloseTo(0.905, 3)
    expect(server.seen[0]).toMatchObject({
      responseFormat: 'verbose_json',
      language: 'zh',
      prompt: '空调、KFR-35GW',
      authorization: 'Bearer k',
      file: { name: 'recording.wav', type: 'audio/wav' },
    })
    expect(Buffer.from(server.seen[0]!.file.bytes).equals(wav)).toBe(true)
  })

  it('asks a diarizing model for speakers, without a prompt, and lets it cut the recording', async () => {
    const segments = [
      { id: 's1', type: 'transcript.text.segment', speaker: 'A', start: 0, end: 1, text: '您好' },
      { id: 's2', type: 'transcript.text.segment', speaker: 'B', start: 1, end: 2, text: '你好' },
    ]
    server.play({ kind: 'answer', body: { task: 'transcribe', duration: 2, text: '', segments } })
    const transcript = await recogniser('gpt-4o-transcribe-diarize').transcribe(audio(), signal())
    expect(transcript.utterances.map((u) => u.voice)).toEqual(['A', 'B'])
    expect(server.seen[0]).toMatchObject({
      responseFormat: 'diarized_json',
      prompt: null,
      chunking: 'auto',
    })
  })

  it('gives a model without times one utterance over the whole length', async () => {
    server.play({ kind: 'answer', body: { text: '您好,空调不制冷' } })
    const { utterances } = await recogniser('gpt-4o-transcribe').transcribe(audio(), signal())
    expect(utterances).toMatchObject([{ text: '您好,空调不制冷', startMs: 0, endMs: 2000 }])
    expect(server.seen[0]!.responseFormat).toBe('json')
  })

  it('steps down when the server does not know a form, and remembers it', async () => {
    const one = recogniser('sensevoice')
    server.play({ kind: 'unknown-form' }, { kind: 'answer', body: { text: '您好' } })
    await one.transcribe(audio(), signal())
    await one.transcribe(audio(), signal())
    expect(server.seen.map((r) => r.responseFormat)).toEqual(['verbose_json', 'json', 'json'])
  })

  it.each([
    [
      { kind: 'status', status: 500, message: 'down' },
      { retry: 'later', code: 'asr.unavailable' },
    ],
    [
      { kind: 'status', status: 429, message: 'slow', headers: { 'retry-after': '7' } },
      { retry: 'later', code: 'asr.unavailable', waitMs: 7000 },
    ],
    [
      { kind: 'status', status: 401, message: 'key' },
      { retry: 'later', code: 'asr.refused', waitMs: 60_000 },
    ],
    [
      { kind: 'status', status: 400, message: 'Invalid file format' },
      { retry: 'never', code: 'asr.unreadable' },
    ],
    [
      { kind: 'status', status: 413, message: 'too large' },
      { retry: 'never', code: 'asr.unreadable' },
    ],
    [{ kind: 'cut' }, { retry: 'later', code: 'asr.unavailable' }],
    [
      { kind: 'answer', body: { segments: 'none' } },
      { retry: 'later', code: 'asr.unavailable' },
    ],
  ] as const)('says what a failure means: %j', async (play, meaning) => {
    server.play(play)
    expect(await failure(recogniser('whisper-1').transcribe(audio(), signal()))).toMatchObject(meaning)
  })
})

describe('the FunASR recogniser', () => {
  const servers: FunasrServer[] = []
  const start = async (flavour: 'python' | 'cpp') => {
    const server = await startFunasrServer(flavour)
    servers.push(server)
    return { server, recogniser: funasrRecogniser(funasrConfig.parse({ url: server.url, quietMs: 60 })) }
  }
  afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())))

  const sentence = {
    mode: 'offline',
    text: '您好空调不制冷',
    is_final: false,
    timestamp: '[[430,670],[670,810]]',
    stamp_sents: [
      {
        text_seg: '您 好',
        punc: '，',
        start: 430,
        end: 810,
        ts_list: [
          [430, 670],
          [670, 810],
        ],
      },
      { text_seg: '型 号 KFR 35 GW', punc: '。', start: 900, end: 1500, ts_list: [] },
    ],
  }

  it('sends a WAV as bare PCM with its rate, and reads sentences with their times', async () => {
    const { server, recogniser } = await start('python')
    server.play({ kind: 'results', messages: [sentence] })
    const transcript = await recogniser.transcribe(audio(), signal())
    expect(transcript).toMatchObject({ recogniser: 'funasr', durationMs: 2000 })
    expect(transcript.utterances).toMatchObject([
      {
        text: '您好，',
        startMs: 430,
        endMs: 810,
        words: [
          { text: '您', startMs: 430, endMs: 670 },
          { text: '好', startMs: 670, endMs: 810 },
        ],
      },
      { text: '型号KFR 35 GW。', startMs: 900, endMs: 1500 },
    ])
    expect(transcript.utterances[1]).not.toHaveProperty('words')
    const { first, bytes } = server.heard[0]!
    expect(first).toMatchObject({ mode: 'offline', wav_format: 'pcm', audio_fs: 8000, is_speaking: true })
    expect(JSON.parse(String(first.hotwords))).toEqual({ 空调: 20, 'KFR-35GW': 20 })
    expect(Buffer.from(bytes).equals(wav.subarray(44))).toBe(true)
  })

  it('talks to the Python server, which demands the subprotocol, and to the C++ server, which knows none', async () => {
    const python = await start('python')
    python.server.play({ kind: 'results', messages: [sentence] })
    await python.recogniser.transcribe(audio(), signal())
    expect(python.server.offered).toEqual([['binary']])

    const cpp = await start('cpp')
    cpp.server.play({ kind: 'results', messages: [sentence] })
    await cpp.recogniser.transcribe(audio(), signal())
    await cpp.recogniser.transcribe(audio(), signal())
    // Refused once, then remembered.
    expect(cpp.server.offered).toEqual([['binary'], [], []])
  })

  it('puts the stretches together that the Python server sends one by one, and leaves out tags', async () => {
    const { server, recogniser } = await start('python')
    const messages = [
      { mode: 'offline', text: '<|zh|><|NEUTRAL|><|Speech|>您好' },
      'not json',
      { mode: 'offline', text: '空调坏了', timestamp: '[[100,300]]' },
    ]
    server.play({ kind: 'results', messages })
    const { utterances } = await recogniser.transcribe(audio(), signal())
    expect(utterances).toMatchObject([
      { text: '您好', startMs: 0, endMs: 2000 },
      { text: '空调坏了', startMs: 100, endMs: 300 },
    ])
  })

  it('sends other files as they are where the server can open them, and refuses the rest by name', async () => {
    const { server, recogniser } = await start('cpp')
    server.play({ kind: 'results', messages: [sentence] })
    const amr = Buffer.concat([Buffer.from('#!AMR\n'), Buffer.alloc(100_000, 1)])
    await recogniser.transcribe(audio({ bytes: amr, contentType: 'audio/amr', pcm: null }), signal())
    expect(server.heard[0]!.first.wav_format).toBe('amr')
    expect(server.heard[0]!.bytes.byteLength).toBe(amr.byteLength)
    const gsm = audio({ bytes: amr, contentType: 'audio/gsm', pcm: null })
    expect(await failure(recogniser.transcribe(gsm, signal()))).toMatchObject({
      retry: 'never',
      code: 'asr.unreadable',
    })
  })

  it('tries later when the server hangs up, is not there, or answers something else', async () => {
    const { server, recogniser } = await start('cpp')
    const later = { retry: 'later', code: 'asr.unavailable' }
    server.play({ kind: 'hang-up' })
    expect(await failure(recogniser.transcribe(audio(), signal()))).toMatchObject(later)
    server.play({ kind: 'results', messages: ['[1]', '{"text":5}'] })
    expect(await failure(recogniser.transcribe(audio(), signal()))).toMatchObject(later)
    const nobody = funasrRecogniser(funasrConfig.parse({ url: 'ws://127.0.0.1:1' }))
    expect(await failure(nobody.transcribe(audio(), signal()))).toMatchObject(later)
  })

  it('ends when it is told to', async () => {
    const { server, recogniser } = await start('cpp')
    server.play({ kind: 'silent' })
    await expect(recogniser.transcribe(audio(), AbortSignal.timeout(200))).rejects.toMatchObject({
      name: 'TimeoutError',
    })
  })
})

describe('recognisers one after the other', () => {
  const recording: RecordingInput = {
    hash: 'h',
    contentType: 'audio/wav',
    size: 1,
    tracks: [],
    hotwords: [],
    language: 'zh',
  }
  const said = (name: string, text: string): Transcript => ({
    recogniser: name,
    language: null,
    durationMs: 1000,
    utterances: [
      {
        ...{ ordinal: 0, speaker: 'unknown', leg: null, voice: null, text },
        ...{ startMs: 0, endMs: 1000, confidence: null, final: true },
      },
    ],
  })
  const later = () => new RecogniserError('later', { code: 'asr.unavailable', params: { reason: 'down' } })
  const never = () => new RecogniserError('never', { code: 'asr.unreadable', params: { reason: 'codec' } })
  const one = (name: string, answer: (audio: Audio, call: number) => Transcript | Promise<Transcript>) => {
    const asked: Audio[] = []
    const recogniser: Recogniser = {
      name,
      transcribe: async (given) => {
        asked.push(given)
        return await answer(given, asked.length)
      },
    }
    return { recogniser, asked }
  }
  const fails = (make: () => Error) => () => {
    throw make()
  }
  const clock = manualClock(0)
  const chain = (
    recognisers: readonly { recogniser: Recogniser }[],
    { file = wav, ...more }: { file?: Uint8Array } & Partial<ChainOptions> = {},
  ) =>
    recogniserChain(
      recognisers.map((r) => r.recogniser),
      {
        now: () => clock.now(),
        log: silentLog,
        content: async () => file,
        concurrency: 2,
        retryPauseMs: 1,
        ...more,
      },
    )

  it('ask the next one when the first is down, after one more try, and when it cannot read the file', async () => {
    const down = one('down', fails(later))
    const deaf = one('deaf', fails(never))
    const good = one('good', () => said('good', '您好'))
    const transcript = await chain([down, deaf, good]).transcribe(recording, signal())
    expect(transcript.recogniser).toBe('good')
    expect([down.asked.length, deaf.asked.length]).toEqual([2, 1])
  })

  it('give a recording up only when none of them may still read it', async () => {
    const port = chain([one('deaf', fails(never)), one('down', fails(later))])
    expect(await failure(port.transcribe(recording, signal()))).toMatchObject({ retry: 'later' })
    const deaf = chain([one('deaf', fails(never)), one('deaf too', fails(never))])
    expect(await failure(deaf.transcribe(recording, signal()))).toMatchObject({ retry: 'never' })
  })

  it('leave one alone that keeps failing, and ask it again after a while', async () => {
    const down = one('down', fails(later))
    const port = chain([down, one('good', () => said('good', '好'))], { breakAfter: 2 })
    for (let i = 0; i < 4; i++) await port.transcribe(recording, signal())
    expect(down.asked.length).toBe(4)
    clock.advance(61_000)
    await port.transcribe(recording, signal())
    expect(down.asked.length).toBe(6)
  })

  it('say that they are busy rather than keep a worker waiting', async () => {
    let release = () => {}
    const slow = one('slow', () => new Promise((resolve) => (release = () => resolve(said('slow', '好')))))
    const port = chain([slow], { concurrency: 1 })
    const first = port.transcribe(recording, signal())
    await expect.poll(() => slow.asked.length).toBe(1)
    expect(await failure(port.transcribe(recording, signal()))).toMatchObject({
      code: 'asr.busy',
      waitMs: 3000,
    })
    release()
    await first
  })

  it('give up on one that takes too long', async () => {
    const hanging: Recogniser = {
      name: 'hanging',
      transcribe: (_audio, aborted) =>
        new Promise((_resolve, reject) => aborted.addEventListener('abort', () => reject(aborted.reason))),
    }
    const port = chain([{ recogniser: hanging }], { timeoutMs: 50 })
    expect(await failure(port.transcribe(recording, signal()))).toMatchObject({
      retry: 'later',
      code: 'asr.timeout',
    })
  })

  it('hear each party on a track of its own, and put what was said in order', async () => {
    const stereo = tones([300, 600], 1)
    const by = one('by-track', (_audio, call) => {
      const transcript = said('by-track', call === 1 ? '我是客户' : '我是坐席')
      const [first] = transcript.utterances
      return { ...transcript, utterances: [{ ...first!, startMs: call === 1 ? 500 : 0 }] }
    })
    const port = chain([by], { file: stereo })
    const { utterances } = await port.transcribe({ ...recording, tracks: ['customer', 'agent'] }, signal())
    expect(utterances).toMatchObject([
      { ordinal: 0, leg: 1, speaker: 'agent', text: '我是坐席' },
      { ordinal: 1, leg: 0, speaker: 'customer', text: '我是客户' },
    ])
    expect(by.asked.map((given) => given.pcm!.channels.length)).toEqual([1, 1])
    expect(by.asked[0]!.bytes).not.toEqual(by.asked[1]!.bytes)
  })

  it('take two tracks that are copies, or that hold both parties, for one', async () => {
    const by = one('mixed', () => said('mixed', '好'))
    const both = { ...recording, tracks: ['customer', 'agent'] as const }
    await chain([by], { file: tones([300, 300], 1) }).transcribe(both, signal())
    await chain([by], { file: tones([300, 600], 1) }).transcribe(recording, signal())
    expect(by.asked).toHaveLength(2)
    expect(by.asked.every((given) => given.pcm!.channels.length === 1)).toBe(true)
  })
})

describe('the scripted recogniser', () => {
  it('answers what was written down for a recording, under its own name, and nothing else', async () => {
    const line = { speaker: 'customer', text: '空调坏了', startMs: 0, endMs: 900 } as const
    const port = scriptedRecogniser({ abc: [line] })
    const asked = (hash: string) =>
      port.transcribe(
        { hash, contentType: 'audio/wav', size: 1, tracks: [], hotwords: [], language: 'zh' },
        signal(),
      )
    expect(await asked('abc')).toMatchObject({ recogniser: 'scripted', utterances: [line] })
    expect(await failure(asked('xyz'))).toMatchObject({ retry: 'never', code: 'asr.unreadable' })
  })
})
