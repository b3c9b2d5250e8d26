/** Waits, or ends at once when the signal aborts. Never rejects. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve()
    const done = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal?.addEventListener('abort', done)
  })
}

/** A pause between half of it and all of it, so that what failed together does not come back together. */
export function jittered(ms: number, random: () => number): number {
  return Math.round(ms * (0.5 + random() / 2))
}
