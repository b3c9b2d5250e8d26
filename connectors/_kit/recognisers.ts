import {
  RecogniserError,
  type RecogniserPort,
  type RecordingInput,
  type Speaker,
  type Transcript,
} from '../../src/contract/transcript.ts'
import type { Log } from '../../src/kernel/log.ts'
import { type Breaker, breaker } from './breaker.ts'
import { isDoubledMono, mixed, type Pcm, readWav, writeWav } from './wav.ts'

/** Sound as a recogniser gets it: one track, or a file that only the recogniser can open. */
export interface Audio {
  readonly bytes: Uint8Array
  readonly contentType: string
  /** The samples, where the file is a WAV that we can read. */
  readonly pcm: Pcm | null
  readonly hotwords: readonly string[]
  readonly language: string
}

/** One recogniser behind the port. Every utterance that it returns has the speaker `unknown` and the leg null. */
export interface Recogniser {
  readonly name: string
  /** Rejects with RecogniserError. */
  transcribe(audio: Audio, signal: AbortSignal): Promise<Transcript>
}

export interface ChainOptions {
  readonly now: () => number
  readonly log: Log
  /** The bytes of a recording. */
  readonly content: (hash: string) => Promise<Uint8Array>
  /** Recordings that are worked on at the same time; others hear that the recogniser is busy. */
  readonly concurrency: number
  /** Whole time that one recogniser may take for one recording, ms; default 10 minutes. */
  readonly timeoutMs?: number
  /** Pause before a recogniser that failed in passing is asked once more, ms; default 1 s. */
  readonly retryPauseMs?: number
  /** Failures in a row after which a recogniser is left alone for a while; default 3. */
  readonly breakAfter?: number
  /** How long, ms; default 1 minute. */
  readonly breakMs?: number
}

const busyWaitMs = 3_000

/**
 * Recognisers in the order in which they are asked: the next one when one cannot read a recording or is down. A recording with a
 * track for each party is recognised track by track, which tells the speakers apart better than any voice print.
 */
export function recogniserChain(recognisers: readonly Recogniser[], options: ChainOptions): RecogniserPort {
  const guards = new Map(
    recognisers.map((one) => [one, breaker(options.breakAfter ?? 3, options.breakMs ?? 60_000, options.now)]),
  )
  let running = 0
  return {
    name: recognisers.map((one) => one.name).join(', '),
    async transcribe(recording, signal) {
      if (running >= options.concurrency)
        throw new RecogniserError('later', { code: 'asr.busy', params: {} }, busyWaitMs)
      running++
      try {
        return await firstAnswer(recognisers, guards, recording, options, signal)
      } finally {
        running--
      }
    },
  }
}

async function firstAnswer(
  recognisers: readonly Recogniser[],
  guards: ReadonlyMap<Recogniser, Breaker>,
  recording: RecordingInput,
  options: ChainOptions,
  signal: AbortSignal,
): Promise<Transcript> {
  const bytes = await options.content(recording.hash)
  const failures: RecogniserError[] = []
  for (const recogniser of recognisers) {
    const guard = guards.get(recogniser)!
    if (!guard.allows()) {
      failures.push(unavailable(`${recogniser.name} failed too often and is left alone for a while`))
      continue
    }
    try {
      const transcript = await whole(recogniser, recording, bytes, options, signal)
      guard.succeeded()
      return transcript
    } catch (error) {
      if (signal.aborted) throw error
      const failure = error instanceof RecogniserError ? error : unavailable(String(error))
      // What one recording is at fault for says nothing about the recogniser.
      if (failure.retry === 'never') guard.succeeded()
      else guard.failed()
      const { code } = failure.refusal
      options.log.warn({ recogniser: recogniser.name, code }, 'a recogniser gave no transcript')
      failures.push(failure)
    }
  }
  // As long as one of them may still succeed, the recording is not given up.
  throw failures.find((failure) => failure.retry === 'later') ?? failures.at(-1)!
}

function unavailable(reason: string): RecogniserError {
  return new RecogniserError('later', { code: 'asr.unavailable', params: { reason } })
}

/** The whole recording: its tracks one by one where they hold different parties, else all in one. */
async function whole(
  recogniser: Recogniser,
  recording: RecordingInput,
  bytes: Uint8Array,
  options: ChainOptions,
  signal: AbortSignal,
): Promise<Transcript> {
  const { hotwords, language, contentType, tracks } = recording
  const pcm = readWav(bytes)
  const ask = (audio: Pick<Audio, 'bytes' | 'contentType' | 'pcm'>) =>
    patiently(recogniser, { ...audio, hotwords, language }, options, signal)
  if (!pcm || pcm.channels.length === 1) return await ask({ bytes, contentType, pcm })
  const apart = tracks.length === pcm.channels.length && !isDoubledMono(pcm)
  if (!apart) return await ask(oneTrack(mixed(pcm), pcm.sampleRate))
  const legs: Transcript[] = []
  for (const track of pcm.channels) legs.push(await ask(oneTrack(track, pcm.sampleRate)))
  return joined(legs, tracks)
}

function oneTrack(samples: Int16Array, sampleRate: number): Pick<Audio, 'bytes' | 'contentType' | 'pcm'> {
  return {
    bytes: writeWav(samples, sampleRate),
    contentType: 'audio/wav',
    pcm: { sampleRate, channels: [samples] },
  }
}

function joined(legs: readonly Transcript[], tracks: readonly Speaker[]): Transcript {
  const utterances = legs
    .flatMap((transcript, leg) =>
      transcript.utterances.map((one) => ({ ...one, leg, speaker: tracks[leg] ?? 'unknown' })),
    )
    .sort((a, b) => a.startMs - b.startMs || a.leg - b.leg)
    .map((one, ordinal) => ({ ...one, ordinal }))
  return { ...legs[0]!, utterances }
}

/** Once more after a failure that may pass; each try within the time limit. */
async function patiently(
  recogniser: Recogniser,
  audio: Audio,
  { timeoutMs = 600_000, retryPauseMs = 1_000 }: ChainOptions,
  signal: AbortSignal,
): Promise<Transcript> {
  for (let tries = 1; ; tries++) {
    const limit = AbortSignal.timeout(timeoutMs)
    try {
      return await recogniser.transcribe(audio, AbortSignal.any([signal, limit]))
    } catch (error) {
      if (signal.aborted) throw error
      if (limit.aborted) {
        const params = { seconds: Math.round(timeoutMs / 1000) }
        throw new RecogniserError('later', { code: 'asr.timeout', params })
      }
      const passing =
        error instanceof RecogniserError && error.retry === 'later' && error.waitMs === undefined
      if (!passing || tries === 2) throw error
      await new Promise((resolve) => setTimeout(resolve, retryPauseMs))
    }
  }
}
