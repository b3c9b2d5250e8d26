import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A transcription request as the server saw it. */
export interface SeenTranscription {
  readonly model: string
  readonly responseFormat: string
  readonly language: string | null
  readonly prompt: string | null
  readonly chunking: string | null
  readonly authorization: string | undefined
  readonly file: { readonly name: string; readonly type: string; readonly bytes: Uint8Array }
}

/** What the server does with a request. It recognises nothing: whoever plays it says what it answers. */
export type Play =
  | { readonly kind: 'answer'; readonly body: unknown }
  | {
      readonly kind: 'status'
      readonly status: number
      readonly message: string
      readonly headers?: Readonly<Record<string, string>>
    }
  /** Refuses a form of the answer as servers do that do not know it. */
  | { readonly kind: 'unknown-form' }
  /** Never answers. */
  | { readonly kind: 'hang' }
  /** Closes the connection in the middle of the answer. */
  | { readonly kind: 'cut' }

/** An OpenAI-compatible transcription endpoint on loopback that plays a script. */
export interface TranscriptionServer {
  readonly baseUrl: string
  readonly seen: readonly SeenTranscription[]
  /** What comes next; the last one is repeated. */
  play(...plays: readonly (Play | ((request: SeenTranscription) => Play))[]): void
  close(): Promise<void>
}

/** Starts the server. */
export async function startTranscriptionServer(): Promise<TranscriptionServer> {
  const seen: SeenTranscription[] = []
  let plays: readonly (Play | ((request: SeenTranscription) => Play))[] = [
    { kind: 'status', status: 500, message: 'nothing is played' },
  ]
  let at = 0
  const server = createServer((request, response) => {
    void read(request).then(
      (given) => {
        seen.push(given)
        const next = plays[Math.min(at++, plays.length - 1)]!
        perform(typeof next === 'function' ? next(given) : next, given, response)
      },
      (error: unknown) => respond(response, 400, { error: { message: String(error) } }),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    seen,
    play(...next) {
      plays = next
      at = 0
      seen.length = 0
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

async function read(request: IncomingMessage): Promise<SeenTranscription> {
  if (request.url !== '/v1/audio/transcriptions') throw new Error(`no such address: ${request.url}`)
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const headers = { 'content-type': request.headers['content-type'] ?? '' }
  const form = await new Response(Buffer.concat(chunks), { headers }).formData()
  const text = (name: string) => {
    const value = form.get(name)
    return typeof value === 'string' ? value : null
  }
  const file = form.get('file')
  if (!(file instanceof File)) throw new Error('there is no file')
  return {
    model: text('model') ?? '',
    responseFormat: text('response_format') ?? 'json',
    language: text('language'),
    prompt: text('prompt'),
    chunking: text('chunking_strategy'),
    authorization: request.headers.authorization,
    file: { name: file.name, type: file.type, bytes: new Uint8Array(await file.arrayBuffer()) },
  }
}

function respond(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}

function perform(play: Play, given: SeenTranscription, response: ServerResponse): void {
  switch (play.kind) {
    case 'hang':
      return
    case 'cut':
      response.writeHead(200, { 'content-type': 'application/json' })
      response.write('{"text":"你', () => response.destroy())
      return
    case 'unknown-form': {
      const message = `response_format '${given.responseFormat}' is not compatible with model '${given.model}'`
      respond(response, 400, { error: { message, type: 'invalid_request_error', param: 'response_format' } })
      return
    }
    case 'status':
      respond(response, play.status, { error: { message: play.message } }, play.headers)
      return
    default:
      respond(response, 200, play.body)
  }
}
