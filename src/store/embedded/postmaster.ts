import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

/** What postmaster.pid of a cluster says about the server that wrote it. */
export interface Postmaster {
  readonly pid: number
  readonly dataDir: string
  readonly port: number
  readonly socketDir: string
}

/** Reads the lines of postmaster.pid; null when they are not (yet) complete. */
export function parsePidFile(text: string): Postmaster | null {
  const [pid, dataDir, , port, socketDir] = text.split('\n')
  if (!pid || !dataDir || !port || !socketDir || !/^\d+$/.test(pid) || !/^\d+$/.test(port)) return null
  return { pid: Number(pid), dataDir, port: Number(port), socketDir }
}

/** The text of postmaster.pid, or null when there is none. */
export function readPidFile(clusterDir: string): string | null {
  try {
    return readFileSync(join(clusterDir, 'postmaster.pid'), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** True while the number is taken, be it by a process that ended and was not reaped yet. */
export function isTaken(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

/** True while a process of that number exists and has not ended. */
export function isAlive(pid: number): boolean {
  if (!isTaken(pid)) return false
  try {
    // An ended process whose parent has not asked for its status yet still has a number.
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return process.platform !== 'linux'
  }
}

/** True when the process is a postmaster of this cluster, and not a stranger that was given its number. */
export function isPostmasterOf(pid: number, clusterDir: string): boolean {
  if (!isAlive(pid)) return false
  try {
    const line =
      process.platform === 'linux'
        ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
        : execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
    return line.includes('postgres') && line.includes(clusterDir)
  } catch {
    return false
  }
}

/** Server processes that outlived their postmaster: they work in the cluster's folder (Linux). */
export function strayProcesses(clusterDir: string): number[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        if (readlinkSync(`/proc/${pid}/cwd`) !== clusterDir || !isAlive(pid)) return false
        return readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('postgres')
      } catch {
        return false
      }
    })
}
