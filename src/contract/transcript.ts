import type { Refusal } from '../kernel/result.ts'
import { sentence } from '../kernel/sentence.ts'

/** Who speaks. `unknown` where the recording has one track and nobody told the voices apart. */
export type Speaker = 'customer' | 'agent' | 'unknown'

/** A word or character with its time in the recording. */
export interface TimedWord {
  readonly text: string
  readonly startMs: number
  readonly endMs: number
}

/** One stretch of speech of one person. Offsets count from the start of the recording. */
export interface Utterance {
  /** Order within the transcript, from 0; a later version of the same utterance has the same number. */
  readonly ordinal: number
  readonly speaker: Speaker
  /** The audio track or telephone leg that it was heard on, from 0; null when there is one for all. */
  readonly leg: number | null
  /** The recogniser's own name of the voice, where it tells voices apart on one track (`A`, `speaker_0`); null otherwise. */
  readonly voice: string | null
  readonly text: string
  readonly startMs: number
  readonly endMs: number
  /** 0 to 1; null when the recogniser does not say. */
  readonly confidence: number | null
  readonly words?: readonly TimedWord[]
  /** False while the recogniser may still change it (live calls). */
  readonly final: boolean
}

/** A transcript as it stands. */
export interface Transcript {
  readonly utterances: readonly Utterance[]
  /** Which recogniser wrote it, e.g. `openai:gpt-4o-transcribe-diarize`; a scripted one says `scripted`. */
  readonly recogniser: string
  readonly language: string | null
  /** Length of the recording, ms; null when it is not known. */
  readonly durationMs: number | null
}

/** A recording to be transcribed. */
export interface RecordingInput {
  readonly hash: string
  readonly contentType: string
  readonly size: number
  /** Who is on which track, where the call center records them apart; `unknown` where it does not say who. */
  readonly tracks: readonly Speaker[]
  /** Words that are likely to come: brands, models, place names. */
  readonly hotwords: readonly string[]
  readonly language: string
}

/** Recognises recorded speech. The port behind it owns retries, limits and the fallback to the next recogniser. */
export interface RecogniserPort {
  /** Names who is asked, e.g. `funasr, openai:whisper-1`; answers are kept under it. */
  readonly name: string
  /** Rejects with RecogniserError. */
  transcribe(recording: RecordingInput, signal: AbortSignal): Promise<Transcript>
}

/** Why there is no transcript: a refusal `asr.…`. */
export class RecogniserError extends Error {
  override readonly name = 'RecogniserError'
  /** `never`: this recording will not be understood; `later`: try again, after `waitMs` if given. */
  readonly retry: 'never' | 'later'
  readonly refusal: Refusal
  readonly waitMs: number | undefined
  constructor(retry: 'never' | 'later', refusal: Refusal, waitMs?: number) {
    super(sentence(refusal, 'en'))
    this.retry = retry
    this.refusal = refusal
    this.waitMs = waitMs
  }
}
