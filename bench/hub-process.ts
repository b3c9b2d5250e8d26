import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(fileURLToPath(import.meta.url), '..', '..')

/** A hub in a process of its own, as `npm start` runs it. */
export interface HubProcess {
  readonly url: string
  readonly child: ChildProcess
  readonly output: () => string
  /** SIGKILL: no chance to clean up. */
  kill(): Promise<void>
  /** SIGTERM, and waits for the end. */
  stop(): Promise<number | null>
}

/** Starts a hub and waits until it says that it is up. `signal` ends it also before that. */
export async function startHub(env: Record<string, string>, signal?: AbortSignal): Promise<HubProcess> {
  const child = spawn(process.execPath, [join(root, 'bin', 'yitong.mjs'), 'start'], {
    cwd: root,
    env: { ...process.env, LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(signal ? { signal } : {}),
  })
  let text = ''
  const up = new Promise<void>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      text += chunk
      if (text.includes('Ctrl-C stops everything')) resolve()
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`the hub ended with ${code}:\n${text}`)))
  })
  await up
  const ended = once(child, 'exit')
  return {
    url: `http://127.0.0.1:${env.PORT}`,
    child,
    output: () => text,
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
    async stop() {
      child.kill('SIGTERM')
      const [code] = await ended
      return code as number | null
    },
  }
}

/** The password that the first start prints. */
export function firstPassword(hub: HubProcess): string {
  const match = /with the password\s+(\S+)/.exec(hub.output())
  if (!match) throw new Error(`no first password in:\n${hub.output()}`)
  return match[1]!
}

/** A console session over HTTP. */
export interface Console {
  post(path: string, body: unknown): Promise<Record<string, unknown>>
  get(path: string): Promise<Record<string, unknown>>
  upload(path: string, form: FormData): Promise<Record<string, unknown>>
}

/** Signs in as the first administrator. */
export async function signIn(hub: HubProcess, password: string): Promise<Console> {
  const answer = await fetch(`${hub.url}/api/session/signIn`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ login: 'admin', password }),
  })
  if (!answer.ok) throw new Error(`sign-in: ${answer.status} ${await answer.text()}`)
  const cookie = answer.headers.getSetCookie()[0]!.split(';')[0]!
  const { csrf } = (await answer.json()) as { csrf: string }
  const call = async (path: string, init: RequestInit) => {
    const response = await fetch(`${hub.url}${path}`, {
      ...init,
      headers: {
        cookie,
        'x-csrf-token': csrf,
        ...(init.body instanceof FormData ? {} : { 'content-type': 'application/json' }),
      },
    })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as Record<string, unknown>
  }
  return {
    post: (path, body) => call(path, { method: 'POST', body: JSON.stringify(body) }),
    get: (path) => call(path, { method: 'GET' }),
    upload: (path, form) => call(path, { method: 'POST', body: form }),
  }
}

/** The process id of the embedded server below a data directory. */
export function postmasterPid(dataDir: string): number {
  return Number(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0])
}

/**
 * A port that nobody listens on, below those that the system gives to outgoing connections: one of them would be taken by another
 * connection of this machine now and then before the hub listens on it.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(12_000, 32_000)
    const probe = createServer()
    const free = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false))
      probe.listen(port, '127.0.0.1', () => resolve(true))
    })
    if (!free) continue
    await new Promise((resolve) => probe.close(resolve))
    return port
  }
}
