import type { ChannelIo } from '../../src/contract/ports.ts'
import { FetchError } from '../../src/contract/ports.ts'
import type { JsonObject } from '../../src/kernel/json.ts'
import type { PhoneConfig } from './config.ts'

/** Types that a recording may have, found from its content. Phones and some platforms put sound alone into MP4 and WebM. */
const recordingTypes: readonly string[] = [
  'audio/*',
  'application/ogg',
  'video/mp4',
  'video/webm',
  'video/3gpp',
]

/** Whole time for one recording, ms. */
const timeoutMs = 120_000

/**
 * Fetches a recording from the address that the report named. Whatever is not sound yet (an error status, an empty file, a page or
 * JSON that says so) is `fetch.not_ready`: platforms write recordings minutes after the hang-up. Throws FetchError.
 */
export async function fetchRecording(ref: JsonObject, io: ChannelIo<PhoneConfig>) {
  const { recordingToken, recordingTokenIn, recordingTokenName, maxRecordingMb } = io.config
  const url = new URL(String(ref.url))
  const headers: Record<string, string> = {}
  if (recordingToken && recordingTokenIn === 'query') url.searchParams.set(recordingTokenName, recordingToken)
  else if (recordingToken) headers[recordingTokenName] = recordingToken
  const maxBytes = maxRecordingMb * 1_000_000
  const response = await io.fetch(url.toString(), { headers, signal: io.signal }, { timeoutMs, maxBytes })
  if (response.status !== 200) throw notReady(`the server answered ${response.status}`)
  const bytes = await response.bytes()
  if (bytes.byteLength === 0) throw notReady('the file is empty')
  if (saysSomething(bytes)) throw notReady('the server answered with text instead of a recording')
  return {
    content: once(bytes),
    contentType: response.headers['content-type'] ?? 'application/octet-stream',
    limits: { maxBytes, accept: recordingTypes },
  }
}

function notReady(reason: string): FetchError {
  return new FetchError({ code: 'fetch.not_ready', params: {} }, { cause: new Error(reason) })
}

/** JSON, HTML or XML: platforms answer 200 with a page that says that the file is not there. */
function saysSomething(bytes: Uint8Array): boolean {
  const head = Buffer.from(bytes.subarray(0, 64))
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '')
  return /^\s*(?:[{[]|<[!?a-z])/i.test(head)
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}
