import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { freePort } from '../../bench/hub-process.ts'
import type { Summary } from '../../demo/story.ts'

const root = join(import.meta.dirname, '..', '..')
/** What an operator may have exported for a real hub; nobody answers there. */
const exported = {
  DATABASE_URL: 'postgresql://nobody:none@127.0.0.1:1/none',
  REDIS_URL: 'redis://127.0.0.1:1',
  SECRET_KEY: 'of the real hub',
  PUBLIC_URL: 'https://service.example.cn',
}

describe('npm run demo -- --once', () => {
  const place = mkdtempSync(join(tmpdir(), 'yitong-demo-'))
  let child: ChildProcess | undefined
  afterEach(() => {
    if (child?.exitCode === null) child.kill('SIGTERM')
  })
  afterAll(() => rmSync(place, { recursive: true, force: true }))

  /** Runs the demo to its end. */
  async function demo(port: number, ...args: string[]) {
    const running = spawn(process.execPath, [join(root, 'demo', 'run.ts'), '--once', ...args], {
      cwd: root,
      env: { ...process.env, ...exported, PORT: String(port) },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child = running
    const said = { stdout: '', stderr: '' }
    running.stdout.on('data', (chunk) => (said.stdout += String(chunk)))
    running.stderr.on('data', (chunk) => (said.stderr += String(chunk)))
    const [code] = (await once(running, 'close')) as [number | null]
    return { code, ...said }
  }

  it('refuses a channel that the story does not have, and names those that it has', async () => {
    const { code, stdout, stderr } = await demo(await freePort(), '--only', 'TYPO')
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain('no request on the channel "TYPO". It has: phone, wechat-oa,')
  })

  it('refuses a data folder that no demo made', async () => {
    const folder = join(mkdtempSync(join(place, 'real-')))
    writeFileSync(join(folder, 'precious'), '')
    const { code, stderr } = await demo(await freePort(), '--folder', folder)
    expect(code).toBe(1)
    expect(stderr).toContain('was not made by the demo')
    expect(existsSync(join(folder, 'precious'))).toBe(true)
  })

  it('stops the hub and says why when something cannot be started', async () => {
    const port = await freePort()
    const taken = createServer().listen(port + 1, '127.0.0.1')
    await once(taken, 'listening')
    const { code, stdout, stderr } = await demo(port, '--only', 'feishu', '--folder', join(place, 'taken'))
    await new Promise((resolve) => taken.close(resolve))
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toContain('EADDRINUSE')
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow()
  })

  it('prints one JSON summary and ends with 0, on a hub of its own whatever is exported', async () => {
    const { code, stdout, stderr } = await demo(
      await freePort(),
      ...['--only', 'feishu', '--folder', join(place, 'own')],
    )
    expect(code, stderr).toBe(0)
    const { complete, requests, messages } = JSON.parse(stdout) as Summary
    expect(complete).toBe(true)
    expect(requests).toMatchObject([{ channel: 'feishu', agent: '管理员', missing: [] }])
    expect(messages).toHaveLength(1)
    expect(messages[0]).toMatchObject({
      channel: 'feishu',
      kind: 'text',
      ticket: expect.stringMatching(/^T\d+$/),
      group: expect.stringMatching(/./),
      engineer: expect.stringMatching(/./),
    })
    const steps = ['ticket', 'read', 'agent', 'routed', 'card', 'accepted', 'taken', 'changed', 'told']
    expect(messages[0]!.steps).toEqual(Object.fromEntries(steps.map((step) => [step, expect.any(Number)])))
  })
})
