import type { LeaderPort, Lease, LeasePort } from '../../contract/ports.ts'
import type { Log } from '../../kernel/log.ts'
import { jittered, pause } from './pause.ts'

export interface LeaderSettings {
  readonly leases: LeasePort
  readonly log: Log
  /** A node that dies is followed by another one after this long at most; default 15,000. */
  readonly ttlMs?: number
  /** Pause between tries while another node leads; default a third of `ttlMs`. */
  readonly retryMs?: number
}

// Renews until the signal aborts or the lease is lost; resolves true when it was lost.
async function keep(lease: Lease, ttlMs: number, signal: AbortSignal, log: Log): Promise<boolean> {
  // Counted from before the request: the database's count began later, so ours ends first.
  let heldUntil = performance.now() + ttlMs
  while (!signal.aborted) {
    await pause(ttlMs / 3, signal)
    if (signal.aborted) return false
    const asked = performance.now()
    const answered = new AbortController()
    try {
      const answer = lease.renew(ttlMs)
      const late = pause(heldUntil - asked, answered.signal).then(() => false)
      if (!(await Promise.race([answer, late]))) return true
      heldUntil = asked + ttlMs
    } catch (error) {
      log.warn({ lease: lease.name, reason: String(error) }, 'a lease could not be renewed')
      if (performance.now() + ttlMs / 3 >= heldUntil) return true
    } finally {
      answered.abort()
    }
  }
  return false
}

/** Makes the leader port: one lease per name, kept while `body` runs. A body that ends is started again on whoever leads next. */
export function makeLeader({ leases, log, ttlMs = 15_000, retryMs = ttlMs / 3 }: LeaderSettings): LeaderPort {
  async function lead(lease: Lease, body: Parameters<LeaderPort>[1], stopped: AbortSignal): Promise<void> {
    const lost = new AbortController()
    const ended = new AbortController()
    const signal = AbortSignal.any([stopped, lost.signal])
    const keeping = keep(lease, ttlMs, AbortSignal.any([stopped, ended.signal]), log).then((wasLost) => {
      if (!wasLost) return
      log.warn({ lease: lease.name }, 'leadership was lost')
      lost.abort(new Error(`the lease ${lease.name} was lost`))
    })
    try {
      await body(signal, lease.token)
    } catch (error) {
      if (!signal.aborted) log.error({ lease: lease.name, err: error }, 'the leader failed')
    } finally {
      ended.abort()
      await keeping
      if (!lost.signal.aborted) await lease.release().catch(() => {})
    }
  }

  return (name, body) => {
    const stopping = new AbortController()
    const { signal } = stopping
    const running = (async () => {
      while (!signal.aborted) {
        const lease = await leases.acquire(name, ttlMs).catch((error) => {
          log.warn({ lease: name, reason: String(error) }, 'a lease could not be asked for')
          return null
        })
        if (lease) await lead(lease, body, signal)
        await pause(jittered(retryMs, Math.random), signal)
      }
    })()
    return {
      async stop() {
        stopping.abort(new Error('stopped'))
        await running
      },
    }
  }
}
