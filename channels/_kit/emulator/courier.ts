/** What is posted to the hub. */
export interface Callback {
  readonly query: Readonly<Record<string, string>>
  readonly body: string
}
export type Posted = { readonly status: number; readonly body: string }

/** How an emulator reaches the hub. */
export interface CourierOptions {
  /** Posts a callback; by HTTP to `callbackUrl` when absent. Null when nobody answered. */
  readonly post?: (callback: Callback) => Promise<Posted | null>
  readonly callbackUrl?: string
  /** Pause between deliveries of what was not acknowledged, ms; 5 s as Tencent does when absent. */
  readonly redeliverMs?: number
}

/** First try and three more. */
const tries = 4

/**
 * Delivers until it is acknowledged: within 5 s, or again, three times. Each try is signed anew. Resolves to the number of tries.
 * An emulator that was told no address delivers nothing.
 */
export async function deliver(
  options: CourierOptions,
  make: () => Callback,
  isTaken: (answer: Posted) => boolean,
): Promise<number> {
  if (!options.post && !options.callbackUrl) return 0
  for (let n = 1; n <= tries; n++) {
    const answer = await post(options, make())
    if (answer?.status === 200 && isTaken(answer)) return n
    await new Promise((resolve) => setTimeout(resolve, options.redeliverMs ?? 5000))
  }
  return tries
}

async function post(options: CourierOptions, callback: Callback): Promise<Posted | null> {
  if (options.post) return await options.post(callback)
  try {
    const response = await fetch(`${options.callbackUrl}?${new URLSearchParams({ ...callback.query })}`, {
      method: 'POST',
      body: callback.body,
      headers: { 'content-type': 'text/xml' },
      signal: AbortSignal.timeout(5000),
    })
    return { status: response.status, body: await response.text() }
  } catch {
    return null
  }
}
