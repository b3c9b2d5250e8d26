import { ok, type Result, refuse } from '../kernel/result.ts'

const hourMs = 3_600_000
/**
 * What may come in through one printed code within an hour: more than two forms with nine films of the largest size, or twenty with
 * pictures from a code that hangs where many pass, and far less than a disk.
 */
export const uploadQuota = { files: 200, bytes: 1024 * 1024 * 1024 } as const

interface Hour {
  readonly sinceMs: number
  files: number
  bytes: number
}

/** Counts what comes in through each printed code, by the hour, in this process. */
export function makeUploadQuota() {
  const hours = new Map<string, Hour>()

  function hourOf(link: string, nowMs: number): Hour {
    const current = hours.get(link)
    if (current && nowMs - current.sinceMs < hourMs) return current
    for (const [key, { sinceMs }] of hours) if (nowMs - sinceMs >= hourMs) hours.delete(key)
    const fresh = { sinceMs: nowMs, files: 0, bytes: 0 }
    hours.set(link, fresh)
    return fresh
  }

  return {
    /**
     * Takes room for a file of at most `maxBytes`, so that files that come at once cannot pass together; `taken` gives back what it
     * did not need. Refuses with `link.uploads_full`.
     */
    reserve(
      link: string,
      maxBytes: number,
      nowMs: number,
    ): Result<{ readonly taken: (bytes: number) => void }> {
      const hour = hourOf(link, nowMs)
      if (hour.files >= uploadQuota.files || hour.bytes + maxBytes > uploadQuota.bytes)
        return refuse('link.uploads_full', {
          minutes: Math.max(1, Math.ceil((hour.sinceMs + hourMs - nowMs) / 60_000)),
        })
      hour.files += 1
      hour.bytes += maxBytes
      return ok({
        taken: (bytes) => {
          hour.bytes -= maxBytes - bytes
        },
      })
    },
  }
}
