import { z } from 'zod'
import { RecogniserError, type TimedWord, type Transcript } from '../../../src/contract/transcript.ts'

const sentence = z.object({
  text_seg: z.string(),
  punc: z.string().default(''),
  start: z.number(),
  end: z.number(),
  ts_list: z.array(z.tuple([z.number(), z.number()])).default([]),
})

/** Members that some servers send as JSON text. */
const unpacked = (value: unknown) => {
  if (typeof value !== 'string') return value
  if (value.trim() === '') return []
  try {
    return JSON.parse(value) as unknown
  } catch {
    return []
  }
}

const result = z.object({
  text: z.string().default(''),
  timestamp: z.preprocess(unpacked, z.array(z.tuple([z.number(), z.number()]))).catch([]),
  stamp_sents: z.preprocess(unpacked, z.array(sentence)).catch([]),
})

interface Said {
  readonly text: string
  readonly startMs: number
  readonly endMs: number
  readonly words?: readonly TimedWord[]
}

/** Reads the results of one recording, in the order in which they came. Throws RecogniserError when none of them is one. */
export function readResults(messages: readonly string[], lengthMs: number | null): Transcript {
  const results = messages.flatMap((message) => {
    try {
      const read = result.safeParse(JSON.parse(message))
      return read.success ? [read.data] : []
    } catch {
      return []
    }
  })
  if (results.length === 0) {
    const reason = 'FunASR answered in another form'
    throw new RecogniserError('later', { code: 'asr.unavailable', params: { reason } })
  }
  const said = results.flatMap((one) => saidIn(one, lengthMs))
  return {
    recogniser: 'funasr',
    language: null,
    durationMs: lengthMs ?? said.at(-1)?.endMs ?? null,
    utterances: said
      .filter(({ text }) => text !== '')
      .map((one, ordinal) => ({
        ...one,
        ordinal,
        speaker: 'unknown',
        leg: null,
        voice: null,
        confidence: null,
        final: true,
      })),
  }
}

/** Sentences with their times; one stretch where the model gives none: nobody may guess them. */
function saidIn({ text, timestamp, stamp_sents }: z.infer<typeof result>, lengthMs: number | null): Said[] {
  if (stamp_sents.length > 0) return stamp_sents.map(sentenceOf)
  const [startMs, endMs] = [timestamp[0]?.[0] ?? 0, timestamp.at(-1)?.[1] ?? lengthMs ?? 0]
  return [{ text: plain(text), startMs, endMs }]
}

function sentenceOf({ text_seg, punc, start, end, ts_list }: z.infer<typeof sentence>): Said {
  const tokens = plain(text_seg).split(/\s+/).filter(Boolean)
  const words = tokens.map((token, i) => ({ text: token, startMs: ts_list[i]?.[0], endMs: ts_list[i]?.[1] }))
  // Numbers that were written as digits have fewer tokens than times; then no word has a time of its own.
  const timed = tokens.length === ts_list.length && tokens.length > 0
  return {
    text: `${squeezed(tokens)}${punc}`,
    startMs: start,
    endMs: end,
    ...(timed ? { words: words as TimedWord[] } : {}),
  }
}

/** Without the tags that SenseVoice writes into its text: `<|zh|><|NEUTRAL|>`. */
const plain = (text: string) => text.replace(/<\|[^|<>]*\|>/g, '').trim()

/** Tokens as people write them: Chinese without spaces, words with. */
function squeezed(tokens: readonly string[]): string {
  return tokens
    .join(' ')
    .replace(/(?<=[\u2e80-\u9fff\uff00-\uffef]) (?=\S)|(?<=\S) (?=[\u2e80-\u9fff\uff00-\uffef])/g, '')
}
