/** The part of the process that signals come from and that ends. */
export interface Signalled {
  on(signal: NodeJS.Signals, heard: (signal: NodeJS.Signals) => void): unknown
  exit(code: number): void
  readonly stdout: { write(text: string): unknown }
  readonly stderr: { write(text: string): unknown }
}

/** A terminal, npm and our launcher each pass on one Ctrl-C: what comes so soon after the first, ms, is the same one. */
const sameSignalMs = 1000

/** Ends once, on the first signal; a second one while stopping ends at once. */
export function stopOnSignal(
  stop: () => Promise<void>,
  host: Signalled = process,
  nowMs: () => number = () => performance.now(),
): void {
  let stoppingSinceMs: number | null = null
  const end = (signal: NodeJS.Signals) => {
    if (stoppingSinceMs !== null) {
      if (nowMs() - stoppingSinceMs < sameSignalMs) return
      host.stderr.write(`  ${signal} again: ended without waiting. Nothing that was stored is lost.\n`)
      return host.exit(1)
    }
    stoppingSinceMs = nowMs()
    host.stdout.write(`\n  ${signal}: stopping …\n`)
    stop().then(
      () => host.exit(0),
      (error: unknown) => {
        host.stderr.write(`The hub did not stop cleanly: ${String(error)}\n`)
        host.exit(1)
      },
    )
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) host.on(signal, end)
}
