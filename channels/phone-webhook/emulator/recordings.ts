import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** How the server fails before a recording is there, and by chaos. */
export type Miss =
  | 'missing'
  | 'accepted'
  | 'empty'
  | 'json'
  | 'page'
  | 'broken'
  | 'busy'
  | 'forbidden'
  | 'hang'
  | 'cut'

interface Shelf {
  readonly content: Uint8Array
  readonly contentType: string
  misses: Miss[]
}

/** A recording server on loopback whose files are not ready at first. */
export interface RecordingServer {
  readonly url: string
  /** Puts a recording on the shelf; it is given out after the misses. */
  put(name: string, content: Uint8Array, options?: { misses?: readonly Miss[]; contentType?: string }): void
  /** Requests so far, oldest first: path with query, and the Authorization header. */
  readonly asked: readonly { readonly path: string; readonly authorization: string | undefined }[]
  close(): Promise<void>
}

/** Starts the server. */
export async function startRecordingServer(): Promise<RecordingServer> {
  const shelves = new Map<string, Shelf>()
  const asked: { path: string; authorization: string | undefined }[] = []
  const server = createServer((request, response) => {
    asked.push({ path: request.url ?? '', authorization: request.headers.authorization })
    serve(request, response, shelves)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    put(name, content, { misses = [], contentType = 'application/octet-stream' } = {}) {
      shelves.set(name, { content, contentType, misses: [...misses] })
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

function serve(request: IncomingMessage, response: ServerResponse, shelves: Map<string, Shelf>): void {
  const name = /^\/rec\/([^?]+)/.exec(request.url ?? '')?.[1]
  const shelf = shelves.get(decodeURIComponent(name ?? ''))
  const next = shelf ? shelf.misses.shift() : 'missing'
  if (next || !shelf) {
    miss(response, next ?? 'missing', shelf)
    return
  }
  response.writeHead(200, { 'content-type': shelf.contentType, 'content-length': shelf.content.byteLength })
  response.end(shelf.content)
}

const answers: Readonly<Record<Exclude<Miss, 'hang' | 'cut'>, readonly [number, string, string]>> = {
  missing: [404, 'text/html', '<html><body>404 Not Found</body></html>'],
  accepted: [202, 'application/json', '{"status":"processing"}'],
  empty: [200, 'audio/wav', ''],
  json: [200, 'application/json', '{"code":404,"msg":"录音文件未生成"}'],
  page: [200, 'text/html', '<!DOCTYPE html><html><body>录音生成中</body></html>'],
  broken: [503, 'text/plain', 'upstream'],
  busy: [429, 'text/plain', 'slow down'],
  forbidden: [403, 'application/xml', '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>'],
}

function miss(response: ServerResponse, kind: Miss, shelf?: Shelf): void {
  if (kind === 'hang') return
  if (kind === 'cut') {
    const whole = shelf?.content ?? new Uint8Array(100)
    response.writeHead(200, { 'content-type': 'audio/wav', 'content-length': whole.byteLength })
    response.write(whole.subarray(0, Math.floor(whole.byteLength / 2)), () => response.destroy())
    return
  }
  const [status, type, body] = answers[kind]
  response.writeHead(status, { 'content-type': type })
  response.end(body)
}
