import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { firstPassword, freePort, type HubProcess, signIn, startHub } from '../../bench/hub-process.ts'

describe('npm start on a machine that has nothing', { timeout: 240_000 }, () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'yitong-start-'))
  const pidFile = join(dataDir, 'postgres', 'postmaster.pid')
  let env: Record<string, string>
  let hub: HubProcess | null = null
  let password = ''
  let tickets: unknown

  afterAll(async () => {
    await hub?.stop()
    rmSync(dataDir, { recursive: true, force: true })
  })

  /** Ctrl-C, and how the hub ended. */
  async function interrupt(running: HubProcess): Promise<number | null> {
    const ended = new Promise<number | null>((resolve) => running.child.once('exit', resolve))
    running.child.kill('SIGINT')
    return await ended
  }
  const listed = async (running: HubProcess) =>
    (await (await signIn(running, password)).get('/api/ticket/list?limit=100')).tickets

  it('says where the console is, how to sign in, what is embedded and what is not configured', async () => {
    env = { DATA_DIR: dataDir, PORT: String(await freePort()) }
    hub = await startHub(env)
    password = firstPassword(hub)
    for (const line of [
      `Console: http://127.0.0.1:${env.PORT}`,
      'Sign in as "admin" with the password',
      '(shown only now; change it after signing in)',
      `in ${dataDir}`,
      'Wake-ups:       PostgreSQL (set REDIS_URL for BullMQ)',
      'Model:          none, the rules engine extracts (set LLM_BASE_URL and LLM_MODEL)',
      'Recogniser:     none',
      'Public address: not configured: QR codes and callbacks need PUBLIC_URL',
      'Ctrl-C stops everything.',
    ])
      expect(hub.output()).toContain(line)
    expect(hub.output()).toMatch(/Embedded: {7}PostgreSQL \d+\.\d+ in /)
    expect((await fetch(hub.url)).status).toBe(200)
    expect(existsSync(pidFile)).toBe(true)
  })

  it('ends with Ctrl-C without an error, and its database ends with it', async () => {
    const desk = await signIn(hub!, password)
    await desk.post('/api/ticket/create', { fields: { fault_description: '空调不制冷' } })
    tickets = await listed(hub!)
    expect(tickets).toHaveLength(1)
    expect(await interrupt(hub!)).toBe(0)
    expect(hub!.output()).toContain('SIGINT: stopping')
    expect(existsSync(pidFile)).toBe(false)
    hub = null
  })

  it('goes on where it was, and shows no password again', async () => {
    hub = await startHub(env)
    expect(hub.output()).not.toContain('with the password')
    expect(hub.output()).not.toContain(password)
    expect(hub.output()).toContain(
      'Sign in with your account. Forgotten? npm run admin -- reset-password admin',
    )
    expect(await listed(hub)).toEqual(tickets)
  })

  it('stops as cleanly when nobody reads its output any more, and its database ends with it', async () => {
    hub!.child.stdout!.destroy()
    hub!.child.stderr!.destroy()
    expect(await interrupt(hub!)).toBe(0)
    expect(existsSync(pidFile)).toBe(false)
    hub = null
  })
})
