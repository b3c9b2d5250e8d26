import { z } from 'zod'

/** How a FunASR runtime is reached. */
export const funasrConfig = z.object({
  /** `ws://host:10095` or `wss://…`. */
  url: z.url({ protocol: /^wss?$/ }),
  /** How long nothing more must come after a result before it counts as complete, ms: the Python server sends one for each stretch. */
  quietMs: z.number().int().min(50).max(60_000).default(1_500),
})
export type FunasrConfig = z.infer<typeof funasrConfig>
