import { createReadStream } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import type { ChatWindow } from './windows/window.ts'

const page = join(import.meta.dirname, 'page')
const files: Readonly<Record<string, string>> = {
  '/index.html': 'text/html; charset=utf-8',
  '/page.js': 'text/javascript; charset=utf-8',
  '/page.css': 'text/css; charset=utf-8',
}

export interface SimulatorOptions {
  readonly port: number
  readonly windows: readonly ChatWindow[]
  readonly consoleUrl: string
  /** How to sign in at the console of the demo. */
  readonly signIn: string
  /** What the picture button sends. */
  readonly picture: Buffer
}

/**
 * The simulator's page, on loopback: the chat windows of all emulated vendors side by side, in which a person types as a customer
 * and taps as an engineer.
 */
export async function startSimulator(options: SimulatorOptions): Promise<Server> {
  const server = createServer((request, response) => {
    void answer(request, response, options).catch((error: unknown) => {
      const text = error instanceof Error ? error.message : String(error)
      send(response, 400, { error: text })
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, '127.0.0.1', resolve)
  })
  return server
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: SimulatorOptions,
): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1')
  const path = pathname === '/' ? '/index.html' : pathname
  const type = files[path]
  if (request.method === 'GET' && type) {
    response.writeHead(200, {
      'content-type': type,
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'self'; frame-ancestors 'none'",
    })
    createReadStream(join(page, path.slice(1))).pipe(response)
    return
  }
  if (request.method === 'GET' && path === '/state') {
    await Promise.all(options.windows.map((window) => window.refresh?.()))
    return send(response, 200, stateOf(options))
  }
  // Another site's page must not type here: it cannot send JSON without asking first.
  if (request.method !== 'POST' || !/^application\/json/.test(request.headers['content-type'] ?? ''))
    return send(response, 404, { error: 'not found' })
  const body = await readJson(request)
  const window = options.windows.find((each) => each.vendor === body.vendor)
  const person = window?.people.find((each) => each.id === body.person)
  if (!window || !person) return send(response, 404, { error: 'nobody of that name' })
  // What the hub does with it is seen on the screen; a vendor's delivery may take its time.
  const happens: Readonly<Record<string, (() => Promise<unknown>) | undefined>> = {
    '/say': window.say && (() => window.say!(person.id, String(body.text ?? '').slice(0, 500))),
    '/image': window.sendImage && (() => window.sendImage!(person.id, options.picture)),
    '/call': window.call && (() => window.call!(person.id)),
  }
  const happening = happens[path]
  if (happening) {
    happening().catch((error: unknown) => console.error(error))
    return send(response, 200, {})
  }
  if (path === '/press' && window.press)
    return send(response, 200, { shown: await window.press(person.id, String(body.card), String(body.key)) })
  send(response, 404, { error: 'not found' })
}

function stateOf({ windows, consoleUrl, signIn }: SimulatorOptions) {
  return {
    console: consoleUrl,
    signIn,
    windows: windows.map((window) => {
      const people = window.people.map((person) => ({ ...person, screen: window.screen(person.id) }))
      // Opened where something happened.
      const busiest = people.reduce(
        (most, each) => (each.screen.length > most.screen.length ? each : most),
        people[0]!,
      )
      const { vendor, zh, en, say, sendImage, call } = window
      const can = { say: Boolean(say), image: Boolean(sendImage), call: Boolean(call) }
      return { vendor, zh, en, can, people, busiest: busiest?.id ?? null }
    }),
  }
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > 10_000) throw new Error('too much')
    chunks.push(chunk)
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  })
  response.end(JSON.stringify(body))
}
