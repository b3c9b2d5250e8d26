import type { Log } from '../kernel/log.ts'

/** What one turn of a loop found. */
export interface Turn {
  /** There may be more to do right now. */
  readonly more: boolean
  /** When the next thing is due, ms; the loop wakes itself then. */
  readonly nextAtMs?: number | null
}

/** A loop that works while there is work, sleeps otherwise, and can be woken. */
export interface Loop {
  wake(): void
  /** Ends after the current turn. */
  stop(): Promise<void>
}

/** Starts a loop. `idleMs` is the longest sleep: the sweep that finds what nobody woke us for. */
export function startLoop(options: {
  readonly name: string
  readonly idleMs: number
  /** Shortest time from the start of one turn to the start of the next, ms; default 0. Many wakes make one turn. */
  readonly spacingMs?: () => number
  readonly now: () => number
  readonly log: Log
  readonly turn: () => Promise<Turn>
}): Loop {
  let stopping = false
  let woken = false
  let rouse: (() => void) | null = null

  const wake = () => {
    woken = true
    rouse?.()
  }

  async function sleep(ms: number): Promise<void> {
    if (woken || stopping) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      rouse = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    rouse = null
  }

  async function rest(startedMs: number): Promise<void> {
    const left = startedMs + (options.spacingMs?.() ?? 0) - options.now()
    if (left > 0 && !stopping) await new Promise((resolve) => setTimeout(resolve, left))
  }

  async function run(): Promise<void> {
    let failures = 0
    while (!stopping) {
      woken = false
      const startedMs = options.now()
      try {
        const turn = await options.turn()
        failures = 0
        await rest(startedMs)
        if (turn.more) continue
        const next = turn.nextAtMs ? Math.max(0, turn.nextAtMs - options.now()) : options.idleMs
        await sleep(Math.min(options.idleMs, next))
      } catch (error) {
        failures++
        options.log.error(
          { err: error, loop: options.name, failures },
          'a worker loop failed; it goes on after a pause',
        )
        woken = false
        await sleep(Math.min(10_000, 100 * 2 ** Math.min(failures, 7)))
      }
    }
  }

  const running = run()
  return {
    wake,
    stop: async () => {
      stopping = true
      rouse?.()
      await running
    },
  }
}
