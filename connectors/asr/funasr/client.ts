import { once } from 'node:events'
import { WebSocket } from 'ws'
import { RecogniserError } from '../../../src/contract/transcript.ts'
import type { Audio, Recogniser } from '../../_kit/recognisers.ts'
import { mixed } from '../../_kit/wav.ts'
import { readResults } from './answer.ts'
import type { FunasrConfig } from './config.ts'

/** Formats that the server's own decoder opens, by type. */
const formats: Readonly<Record<string, string>> = {
  'audio/wav': 'wav',
  'audio/vnd.wave': 'wav',
  'audio/mpeg': 'mp3',
  'audio/x-m4a': 'm4a',
  'audio/mp4': 'mp4',
  'video/mp4': 'mp4',
  'audio/amr': 'amr',
  'audio/ogg': 'ogg',
  'application/ogg': 'ogg',
  'audio/flac': 'flac',
  'audio/x-flac': 'flac',
  'audio/aac': 'aac',
}

const frameBytes = 64 * 1024

/**
 * Recognises through a FunASR runtime in the mode `offline`, over the WebSocket protocol of
 * https://github.com/modelscope/FunASR/blob/main/runtime/docs/websocket_protocol_zh.md. A WAV is sent as bare PCM; other files as they
 * are, where the server can open them.
 */
export function funasrRecogniser(config: FunasrConfig): Recogniser {
  // The Python server insists on the subprotocol `binary`, the C++ server knows none: what worked is tried first.
  let subprotocol = true
  return {
    name: 'funasr',
    async transcribe(audio, signal) {
      const first = firstMessage(audio)
      let socket: WebSocket
      try {
        socket = await open(config.url, subprotocol, signal)
      } catch (error) {
        if (!isSubprotocolQuarrel(error)) throw failureOf(error, signal)
        subprotocol = !subprotocol
        socket = await open(config.url, subprotocol, signal).catch((again: unknown) => {
          throw failureOf(again, signal)
        })
      }
      try {
        const results = converse(socket, first, audio, config, signal)
        return readResults(await results, lengthOf(audio))
      } catch (error) {
        throw failureOf(error, signal)
      } finally {
        socket.terminate()
      }
    },
  }
}

const lengthOf = ({ pcm }: Audio) =>
  pcm ? Math.round((pcm.channels[0]!.length / pcm.sampleRate) * 1000) : null

function firstMessage({ pcm, contentType, hotwords }: Audio): Readonly<Record<string, unknown>> {
  const common = {
    mode: 'offline',
    wav_name: 'recording',
    is_speaking: true,
    itn: true,
    ...(hotwords.length > 0
      ? { hotwords: JSON.stringify(Object.fromEntries(hotwords.map((word) => [word, 20]))) }
      : {}),
  }
  if (pcm) return { ...common, wav_format: 'pcm', audio_fs: pcm.sampleRate }
  const type = contentType.split(';')[0]!
  const format = formats[type]
  if (!format)
    throw new RecogniserError('never', {
      code: 'asr.unreadable',
      params: { reason: `FunASR does not open ${type}` },
    })
  return { ...common, wav_format: format }
}

async function open(url: string, subprotocol: boolean, signal: AbortSignal): Promise<WebSocket> {
  const socket = new WebSocket(url, subprotocol ? ['binary'] : [], { handshakeTimeout: 10_000 })
  try {
    await once(socket, 'open', { signal })
    return socket
  } catch (error) {
    // A socket that is given up while it connects ends with an error that nobody else hears.
    socket.on('error', () => {})
    socket.terminate()
    throw error
  }
}

/** What `ws` says when the server chose no subprotocol although one was offered, and the Python server's answer when none was. */
function isSubprotocolQuarrel(error: unknown): boolean {
  return (
    error instanceof Error && /no subprotocol|invalid subprotocol|server response: 400/i.test(error.message)
  )
}

/** Sends the recording and collects the results until the server has been quiet, or hangs up. */
function converse(
  socket: WebSocket,
  first: Readonly<Record<string, unknown>>,
  audio: Audio,
  { quietMs }: FunasrConfig,
  signal: AbortSignal,
): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const results: string[] = []
    let sent = false
    let quiet: NodeJS.Timeout | undefined
    const end = (error?: unknown) => {
      clearTimeout(quiet)
      signal.removeEventListener('abort', abort)
      if (error === undefined && results.length > 0) resolve(results)
      else reject(error ?? new Error('the server hung up without a result'))
    }
    const abort = () => end(signal.reason)
    const wait = () => {
      clearTimeout(quiet)
      if (sent && results.length > 0) quiet = setTimeout(end, quietMs)
    }
    signal.addEventListener('abort', abort, { once: true })
    socket.on('message', (data, isBinary) => {
      if (!isBinary) results.push(String(data))
      wait()
    })
    socket.on('close', () => end())
    socket.on('error', (error) => end(error))
    send(socket, first, audio).then(() => {
      sent = true
      wait()
    }, end)
  })
}

async function send(socket: WebSocket, first: object, audio: Audio): Promise<void> {
  const put = (data: string | Uint8Array) =>
    new Promise<void>((resolve, reject) => {
      socket.send(data, (error) => (error ? reject(error) : resolve()))
    })
  await put(JSON.stringify(first))
  const bytes = audio.pcm ? samplesOf(mixed(audio.pcm)) : audio.bytes
  for (let at = 0; at < bytes.byteLength; at += frameBytes) await put(bytes.subarray(at, at + frameBytes))
  await put(JSON.stringify({ is_speaking: false }))
}

/** 16-bit little-endian, whatever the machine is. */
function samplesOf(samples: Int16Array): Uint8Array {
  const bytes = Buffer.alloc(samples.length * 2)
  for (let i = 0; i < samples.length; i++) bytes.writeInt16LE(samples[i]!, i * 2)
  return bytes
}

function failureOf(error: unknown, signal: AbortSignal): unknown {
  if (error instanceof RecogniserError || signal.aborted) return error
  const reason = error instanceof Error ? error.message.slice(0, 200) : 'connection'
  return new RecogniserError('later', { code: 'asr.unavailable', params: { reason } })
}
