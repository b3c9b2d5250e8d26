import { readFile } from 'node:fs/promises'
import type { MediaStore } from '../contract/ports.ts'
import {
  RecogniserError,
  type RecogniserPort,
  type RecordingInput,
  type Transcript,
} from '../contract/transcript.ts'
import type { Clock } from '../kernel/clock.ts'
import { hashOf } from '../kernel/hash.ts'
import type { Log } from '../kernel/log.ts'
import { type Database, json } from '../store/index.ts'
import { type Config, ConfigError } from './config.ts'

/** What a transcript is kept under: who was asked for which recording. */
function keyOf(name: string, recording: RecordingInput): string {
  return hashOf(['transcript', name, recording])
}

/** Keeps transcripts by the hash of their recording: paid once, and read again by replay. */
function remembering(recogniser: RecogniserPort, database: Database): RecogniserPort {
  return {
    name: recogniser.name,
    async transcribe(recording, signal) {
      const hash = keyOf(recogniser.name, recording)
      const kept = await recall(database, hash)
      if (kept) return kept
      const transcript = await recogniser.transcribe(recording, signal)
      await database.db
        .insertInto('model_call')
        .values({ hash, model: recogniser.name, response: json(transcript) })
        .onConflict((c) => c.column('hash').doNothing())
        .execute()
      return transcript
    },
  }
}

async function recall(database: Database, hash: string): Promise<Transcript | null> {
  const row = await database.db
    .selectFrom('model_call')
    .select('response')
    .where('hash', '=', hash)
    .executeTakeFirst()
  return (row?.response as Transcript | undefined) ?? null
}

/** The scripted recogniser of ASR_SCRIPT alone, for demonstrations; else the recognisers of FUNASR_URL and of ASR_BASE_URL with ASR_MODEL, in this order: what stays in the house comes first. Null when none is configured. Throws ConfigError when the script cannot be used. */
export async function openRecogniser(
  config: Config,
  parts: {
    readonly database: Database
    readonly media: MediaStore
    readonly clock: Clock
    readonly log: Log
  },
): Promise<RecogniserPort | null> {
  const { funasr, openai, script, concurrency } = config.asr
  if (script) return remembering(await openScript(script), parts.database)
  const recognisers = [
    ...(funasr ? [await openFunasr(funasr.url)] : []),
    ...(openai ? [await openOpenai(openai)] : []),
  ]
  if (recognisers.length === 0) return null
  const { recogniserChain } = await import('../../connectors/_kit/recognisers.ts')
  const { database, media, clock, log } = parts
  const chain = recogniserChain(recognisers, {
    now: () => clock.now(),
    log,
    content: (hash) => media.get(hash),
    concurrency,
  })
  return remembering(chain, database)
}

async function openScript(file: string) {
  const { scriptedRecogniser } = await import('../../connectors/asr/scripted/index.ts')
  try {
    return scriptedRecogniser(JSON.parse(await readFile(file, 'utf8')))
  } catch (error) {
    throw new ConfigError(
      `The script of ASR_SCRIPT cannot be used: ${(error as Error).message}. Set it to a JSON file that can be read, or leave it out.`,
      { cause: error },
    )
  }
}

async function openFunasr(url: string) {
  const { funasrConfig, funasrRecogniser } = await import('../../connectors/asr/funasr/index.ts')
  return funasrRecogniser(funasrConfig.parse({ url }))
}

async function openOpenai(settings: NonNullable<Config['asr']['openai']>) {
  const { openaiAsrConfig, openaiRecogniser } = await import('../../connectors/asr/openai/index.ts')
  return openaiRecogniser(openaiAsrConfig.parse(settings))
}

/** The transcripts of then, and no request: what was not understood then is not understood now. Null where none was configured. */
export function recordedRecogniser(
  live: Database,
  config: Config,
  used?: RecogniserPort,
): RecogniserPort | null {
  const { funasr, openai } = config.asr
  const configured = [...(funasr ? ['funasr'] : []), ...(openai ? [`openai:${openai.model}`] : [])].join(', ')
  const name = used?.name ?? configured
  if (name === '') return null
  return {
    name,
    async transcribe(recording) {
      const kept = await recall(live, keyOf(name, recording))
      if (kept) return kept
      throw new RecogniserError('never', { code: 'asr.unavailable', params: { reason: 'not recorded' } })
    },
  }
}
