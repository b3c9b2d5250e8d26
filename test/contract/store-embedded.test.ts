import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Embedded, type EmbeddedSettings, openDatabase, startEmbedded } from '../../src/store/index.ts'

const store = fileURLToPath(new URL('../../src/store/index.ts', import.meta.url))

let dir: string
const running = new Set<Embedded>()
const children = new Set<ChildProcess>()

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'yitong-embedded-'))
})
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL')
  children.clear()
  for (const embedded of running) await embedded.stop()
  running.clear()
  // What a killed child left running is taken over and stopped.
  if (existsSync(join(dir, 'postgres'))) await (await startEmbedded({ dataDir: dir })).stop()
  rmSync(dir, { recursive: true })
})

/** Killing a process loses no write that the system has taken, so only the test of durability itself needs the syncs. */
async function start(options: Partial<EmbeddedSettings> = {}): Promise<Embedded> {
  const embedded = await startEmbedded({ dataDir: dir, parameters: { fsync: 'off' }, ...options })
  running.add(embedded)
  return embedded
}
async function stop(embedded: Embedded): Promise<void> {
  await embedded.stop()
  running.delete(embedded)
}

async function ask<Row extends object>(embedded: Embedded, text: string): Promise<Row[]> {
  const database = await openDatabase({ ...embedded.connection, poolSize: 1, waitMs: 10_000 })
  try {
    return await database.query<Row>(text)
  } finally {
    await database.close()
  }
}

/** A hub in a process of its own, which is to be killed. Resolves with the server's process id. */
async function startInChild(): Promise<{ child: ChildProcess; pid: number }> {
  const script = `const { startEmbedded } = await import(${JSON.stringify(store)})
    const embedded = await startEmbedded({ dataDir: ${JSON.stringify(dir)}, parameters: { fsync: 'off' } })
    console.log(embedded.pid()); setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.add(child)
  const line = await new Promise<string>((resolve) =>
    child.stdout!.once('data', (data) => resolve(String(data))),
  )
  return { child, pid: Number(line) }
}

async function killed(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await ended
  children.delete(child)
}

describe('the embedded PostgreSQL', () => {
  it('is made at the first start, is private, and keeps its rows', async () => {
    const first = await start({ parameters: {} })
    expect(first.created).toBe(true)
    const socket = first.connection.host!
    expect(statSync(socket).mode & 0o777).toBe(0o700)
    expect(`${socket}/.s.PGSQL.5432`.length).toBeLessThan(100)
    const [facts] = await ask(
      first,
      `select length('空调') as n, current_setting('listen_addresses') as listen, current_setting('fsync') as fsync,
       current_setting('synchronous_commit') as commit, current_setting('server_encoding') as encoding`,
    )
    expect(facts).toEqual({ n: 2, listen: '', fsync: 'on', commit: 'on', encoding: 'UTF8' })
    await ask(first, 'create table kept as select 7 as n')
    await stop(first)
    expect(existsSync(socket)).toBe(false)
    const second = await start()
    expect([second.created, second.adopted]).toEqual([false, false])
    expect(await ask(second, 'select n from kept')).toEqual([{ n: 7 }])
  })

  it('is not given to a second hub, but a command may share it and leaves it running', async () => {
    const hub = await startInChild()
    await expect(startEmbedded({ dataDir: dir })).rejects.toThrow(
      new RegExp(`in use by another Yitong \\(process ${hub.child.pid}\\)`),
    )
    const shared = await start({ share: true })
    expect([shared.adopted, shared.pid()]).toEqual([true, hub.pid])
    expect(await ask(shared, 'select 1 as n')).toEqual([{ n: 1 }])
    await stop(shared)
    expect(await ask(shared, 'select 2 as n')).toEqual([{ n: 2 }])
  })

  it('is taken over, not started twice, when the hub was killed', async () => {
    const hub = await startInChild()
    await killed(hub.child)
    const next = await start()
    expect([next.adopted, next.pid()]).toEqual([true, hub.pid])
    await stop(next)
    expect(existsSync(join(dir, 'postgres/postmaster.pid'))).toBe(false)
  })

  it('comes back by itself when it is killed, with every committed row', async () => {
    const embedded = await start()
    await ask(embedded, 'create table survived (n int)')
    await ask(embedded, 'insert into survived values (1)')
    const before = embedded.pid()
    process.kill(before, 'SIGKILL')
    while (embedded.pid() === before) await new Promise((resolve) => setTimeout(resolve, 10))
    expect(await ask(embedded, 'select n from survived')).toEqual([{ n: 1 }])
  })

  it('recovers when hub and server were killed together', async () => {
    const hub = await startInChild()
    const watcher = await start({ share: true })
    await ask(watcher, 'create table both_killed as select 3 as n')
    process.kill(hub.pid, 'SIGKILL')
    await killed(hub.child)
    const next = await start()
    expect(await ask(next, 'select n from both_killed')).toEqual([{ n: 3 }])
  })

  it('starts although the number in a left-over postmaster file belongs to another process now', async () => {
    await stop(await start())
    const stale = `${process.pid}\n${dir}/postgres\n1700000000\n5432\n/tmp/yt-none\n\n  1  1\nready   \n`
    writeFileSync(join(dir, 'postgres/postmaster.pid'), stale)
    const next = await start()
    expect([next.adopted, next.pid() === process.pid]).toEqual([false, false])
  })

  it('begins anew when its very first start was interrupted', async () => {
    const broken = join(dir, `postgres.new-${2 ** 22 + 1}`)
    writeFileSync(broken, 'half')
    expect((await start()).created).toBe(true)
    expect(existsSync(broken)).toBe(false)
  })

  it.runIf(process.getuid?.() === 0)('runs for root where user namespaces are forbidden', async () => {
    // Mode 0700 of root's: no other user can get in, so the cluster moves out and a link leads to it.
    const embedded = await start({ namespaces: false })
    expect(await ask(embedded, 'select 1 as n')).toEqual([{ n: 1 }])
    await stop(embedded)
    // And again with namespaces: the files change hands.
    const again = await start()
    expect(await ask(again, 'select 1 as n')).toEqual([{ n: 1 }])
    await stop(again)
    const moved = dirname(realpathSync(join(dir, 'postgres')))
    expect(moved).toMatch(/^\/var\/lib\/yitong-/)
    rmSync(moved, { recursive: true })
    rmSync(join(dir, 'postgres'))
  })
})
