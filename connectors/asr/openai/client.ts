import OpenAI, { APIConnectionError, APIError, toFile } from 'openai'
import { RecogniserError } from '../../../src/contract/transcript.ts'
import type { Audio, Recogniser } from '../../_kit/recognisers.ts'
import { readTranscription } from './answer.ts'
import type { OpenaiAsrConfig } from './config.ts'

/** Forms of the answer, from the one that says most to the one that every server has. */
const forms = ['diarized_json', 'verbose_json', 'json'] as const
type Form = (typeof forms)[number]

/** Names of files by type: servers tell the format by the ending. */
const endings: Readonly<Record<string, string>> = {
  'audio/wav': 'wav',
  'audio/vnd.wave': 'wav',
  'audio/mpeg': 'mp3',
  'audio/amr': 'amr',
  'audio/ogg': 'ogg',
  'application/ogg': 'ogg',
  'audio/x-m4a': 'm4a',
  'audio/mp4': 'm4a',
  'video/mp4': 'mp4',
  'video/webm': 'webm',
  'audio/flac': 'flac',
  'audio/x-flac': 'flac',
  'audio/aac': 'aac',
}

/** Longest prompt, characters: whisper reads 224 tokens of it. */
const longestPrompt = 200

/**
 * Recognises through an OpenAI-compatible `/audio/transcriptions`. Asks for speakers where the model tells them apart
 * (`…-diarize`), for segments with times where it has them, and steps down when the server does not know a form.
 * https://platform.openai.com/docs/api-reference/audio/createTranscription
 */
export function openaiRecogniser(
  config: OpenaiAsrConfig,
  ports: { readonly fetch?: typeof fetch } = {},
): Recogniser {
  const client = new OpenAI({
    baseURL: config.baseUrl,
    apiKey: config.apiKey,
    maxRetries: 0,
    ...(ports.fetch ? { fetch: ports.fetch } : {}),
  })
  const name = `openai:${config.model}`
  // What the server was found to know; the GPT models other than the diarizing ones have no times.
  let form: Form = /diarize/.test(config.model)
    ? 'diarized_json'
    : /^gpt-/.test(config.model)
      ? 'json'
      : 'verbose_json'
  return {
    name,
    async transcribe(audio, signal) {
      for (;;) {
        try {
          const answer = await ask(client, config.model, form, audio, signal)
          return readTranscription(answer, name, lengthOf(audio))
        } catch (error) {
          const next = forms[forms.indexOf(form) + 1]
          if (next && refusesForm(error)) form = next
          else throw failureOf(error, signal)
        }
      }
    },
  }
}

async function ask(
  client: OpenAI,
  model: string,
  form: Form,
  audio: Audio,
  signal: AbortSignal,
): Promise<unknown> {
  const type = audio.contentType.split(';')[0]!
  const file = await toFile(audio.bytes, `recording.${endings[type] ?? 'wav'}`, { type })
  const prompt = audio.hotwords.join('、').slice(0, longestPrompt)
  return await client.audio.transcriptions.create(
    {
      file,
      model,
      language: audio.language,
      response_format: form,
      // The diarizing model takes no prompt, and wants to cut long recordings itself.
      ...(form === 'diarized_json' ? { chunking_strategy: 'auto' as const } : prompt ? { prompt } : {}),
      ...(form === 'verbose_json' ? { timestamp_granularities: ['segment' as const] } : {}),
    },
    { signal, timeout: 3_600_000 },
  )
}

const lengthOf = ({ pcm }: Audio) =>
  pcm ? Math.round((pcm.channels[0]!.length / pcm.sampleRate) * 1000) : null

function refusesForm(error: unknown): boolean {
  return (
    error instanceof APIError &&
    (error.status === 400 || error.status === 422) &&
    /response_format|timestamp_granularities|verbose_json|diarized_json|chunking_strategy/i.test(
      error.message,
    )
  )
}

/** What an error means for the recording: 4xx that name the file are final, everything else may pass. */
function failureOf(error: unknown, signal: AbortSignal): unknown {
  if (error instanceof RecogniserError || signal.aborted) return error
  // Besides the client's own errors: an answer that was cut off, or is no JSON, ends with one of the platform.
  if (!(error instanceof APIError) || error instanceof APIConnectionError) {
    const reason = error instanceof Error ? error.message.slice(0, 200) : 'connection'
    return new RecogniserError('later', { code: 'asr.unavailable', params: { reason } })
  }
  const reason = `HTTP ${error.status}`
  if (error.status === 429) {
    const seconds = Number(error.headers?.get('retry-after'))
    const waitMs = Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 30_000
    return new RecogniserError('later', { code: 'asr.unavailable', params: { reason } }, waitMs)
  }
  // A wrong key or model is mended by people; recordings wait for that.
  if (error.status === 401 || error.status === 403 || error.status === 404)
    return new RecogniserError('later', { code: 'asr.refused', params: { reason } }, 60_000)
  if (error.status !== undefined && error.status >= 400 && error.status < 500)
    return new RecogniserError('never', { code: 'asr.unreadable', params: { reason } })
  return new RecogniserError('later', { code: 'asr.unavailable', params: { reason } })
}
