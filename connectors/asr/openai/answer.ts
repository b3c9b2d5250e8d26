import { z } from 'zod'
import { RecogniserError, type Transcript } from '../../../src/contract/transcript.ts'

const segment = z.object({
  start: z.number().min(0),
  end: z.number().min(0),
  text: z.string(),
  speaker: z.union([z.string(), z.number()]).nullish(),
  avg_logprob: z.number().nullish(),
})

const answerSchema = z.object({
  text: z.string().default(''),
  language: z.string().nullish(),
  duration: z.coerce.number().nullish(),
  segments: z.array(segment).nullish(),
})

const ms = (seconds: number) => Math.round(seconds * 1000)

/**
 * Reads an answer in any of its forms. One without segments is a single utterance over the whole length: nobody may guess times.
 * Throws RecogniserError when it is no answer.
 */
export function readTranscription(answer: unknown, recogniser: string, lengthMs: number | null): Transcript {
  const read = answerSchema.safeParse(typeof answer === 'string' ? { text: answer } : answer)
  if (!read.success) {
    const reason = 'the answer has another form'
    throw new RecogniserError('later', { code: 'asr.unavailable', params: { reason } })
  }
  const { text, language, duration, segments } = read.data
  const durationMs = duration == null ? lengthMs : ms(duration)
  const said = segments?.length ? segments : [{ start: 0, end: (durationMs ?? 0) / 1000, text }]
  return {
    recogniser,
    language: language ?? null,
    durationMs,
    utterances: said
      .filter((one) => one.text.trim() !== '')
      .map((one, ordinal) => ({
        ordinal,
        speaker: 'unknown',
        leg: null,
        voice: 'speaker' in one && one.speaker != null ? String(one.speaker) : null,
        text: one.text.trim(),
        startMs: ms(one.start),
        endMs: Math.max(ms(one.start), ms(one.end)),
        confidence:
          'avg_logprob' in one && one.avg_logprob != null ? Math.min(1, Math.exp(one.avg_logprob)) : null,
        final: true,
      })),
  }
}
