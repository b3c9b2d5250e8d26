import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'

/** One recording as the server got it. */
export interface HeardRecording {
  readonly first: Readonly<Record<string, unknown>>
  readonly bytes: Uint8Array
}

/** What the server does once the recording has ended. It recognises nothing: whoever plays it says what it answers. */
export type Play =
  /** Result messages, in order; texts are sent as they are, objects as JSON. */
  | { readonly kind: 'results'; readonly messages: readonly unknown[] }
  | { readonly kind: 'silent' }
  | { readonly kind: 'hang-up' }

/** A FunASR runtime on loopback. */
export interface FunasrServer {
  readonly url: string
  readonly heard: readonly HeardRecording[]
  /** Handshakes so far: the subprotocols that were offered. */
  readonly offered: readonly (readonly string[])[]
  play(play: Play | ((heard: HeardRecording) => Play)): void
  close(): Promise<void>
}

/**
 * Starts the server. `python` demands the subprotocol `binary` and refuses others with 400, as its `websockets` does; `cpp` knows no
 * subprotocols and names none.
 */
export async function startFunasrServer(flavour: 'python' | 'cpp'): Promise<FunasrServer> {
  const heard: HeardRecording[] = []
  const offered: string[][] = []
  let play: Play | ((heard: HeardRecording) => Play) = { kind: 'silent' }
  const server = new WebSocketServer({
    host: '127.0.0.1',
    port: 0,
    verifyClient: ({ req }, decide) => {
      const protocols = (req.headers['sec-websocket-protocol'] ?? '').split(',').map((p) => p.trim())
      offered.push(protocols.filter(Boolean))
      if (flavour === 'python' && !protocols.includes('binary')) decide(false, 400, 'Bad Request')
      else decide(true)
    },
    handleProtocols: () => (flavour === 'python' ? 'binary' : false),
  })
  server.on('connection', (socket) => {
    converse(socket, (recording) => {
      heard.push(recording)
      perform(socket, typeof play === 'function' ? play(recording) : play)
    })
  })
  await new Promise<void>((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `ws://127.0.0.1:${port}`,
    heard,
    offered,
    play(next) {
      play = next
      heard.length = 0
      offered.length = 0
    },
    close: () =>
      new Promise((resolve) => {
        for (const client of server.clients) client.terminate()
        server.close(() => resolve())
      }),
  }
}

function converse(socket: WebSocket, ended: (recording: HeardRecording) => void): void {
  let first: Record<string, unknown> | null = null
  const chunks: Buffer[] = []
  socket.on('message', (data, isBinary) => {
    if (isBinary) {
      chunks.push(data as Buffer)
      return
    }
    const message = JSON.parse(String(data)) as Record<string, unknown>
    first ??= message
    if (message.is_speaking === false) ended({ first, bytes: Buffer.concat(chunks) })
  })
  socket.on('error', () => {})
}

function perform(socket: WebSocket, play: Play): void {
  if (play.kind === 'silent') return
  if (play.kind === 'hang-up') {
    socket.terminate()
    return
  }
  for (const message of play.messages)
    socket.send(typeof message === 'string' ? message : JSON.stringify(message))
}
