import { Worker } from 'node:worker_threads'
import { ok, type Result, refuse } from '../kernel/result.ts'
import type { Sheet } from './sheet.ts'

/** A file that needs more is a bomb, not a list. */
const bounds = { timeMs: 20_000, memoryMb: 384 }

/** Reads a table in a thread of its own, bounded in time and memory. Refuses with `import.invalid`. */
export async function readSheet(content: Uint8Array): Promise<Result<Sheet>> {
  const worker = new Worker(new URL('./sheet-worker.ts', import.meta.url), {
    workerData: content,
    resourceLimits: { maxOldGenerationSizeMb: bounds.memoryMb },
  })
  let forget = () => {}
  try {
    const answer = await new Promise<{ sheet?: Sheet; reason?: string }>((resolve) => {
      const late = { reason: `reading it took more than ${bounds.timeMs} ms` }
      const timer = setTimeout(resolve, bounds.timeMs, late)
      forget = () => clearTimeout(timer)
      worker.once('message', resolve)
      worker.once('error', (error) => resolve({ reason: error.message }))
    })
    return answer.sheet ? ok(answer.sheet) : refuse('import.invalid', { reason: answer.reason ?? '' })
  } finally {
    forget()
    await worker.terminate()
  }
}
