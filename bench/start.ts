import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort, type HubProcess, postmasterPid, startHub } from './hub-process.ts'
import type { Bench } from './run.ts'

/** Resident memory of the hub's processes below `pid`, MiB; PostgreSQL's are not counted. */
function residentMiB(pid: number, except: number): number {
  const children = new Map<number, number[]>()
  for (const line of execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n')) {
    const [own, parent] = line.trim().split(/\s+/).map(Number) as [number, number]
    children.set(parent, [...(children.get(parent) ?? []), own])
  }
  const sum = (at: number): number => {
    if (at === except) return 0
    const status = readFileSync(`/proc/${at}/status`, 'utf8')
    const own = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024
    return own + (children.get(at) ?? []).reduce((total, child) => total + sum(child), 0)
  }
  return sum(pid)
}

/** From `npm start` to the first page, on a new folder and again, and what an idle hub holds. Linux. */
const start: Bench = async ({ quick }) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'yitong-start-'))
  const env = { DATA_DIR: dataDir, PORT: String(await freePort()) }
  const timed = async (): Promise<{ hub: HubProcess; ms: number }> => {
    const started = performance.now()
    const hub = await startHub(env)
    const answer = await fetch(`${hub.url}/`)
    if (answer.status !== 200) throw new Error(`/ answered ${answer.status}`)
    return { hub, ms: performance.now() - started }
  }
  try {
    const first = await timed()
    await first.hub.stop()
    const again = await timed()
    await pause(quick ? 3000 : 15_000)
    const idle = residentMiB(again.hub.child.pid!, postmasterPid(dataDir))
    await again.hub.stop()
    return {
      figures: [
        { name: 'first_start_ms', value: first.ms, unit: 'ms' },
        { name: 'again_ms', value: again.ms, unit: 'ms' },
        { name: 'idle_rss_mb', value: idle, unit: 'MiB' },
      ],
      ratios: [],
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}

export default start
