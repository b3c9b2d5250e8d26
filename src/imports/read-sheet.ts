import { Worker } from 'node:worker_threads'
import { ok, type Result, refuse } from '../kernel/result.ts'
import type { Sheet, SheetError } from './sheet.ts'

/** A file that needs more is a bomb, not a list. */
const bounds = { timeMs: 20_000, memoryMb: 384 }

const boundsPassed = {
  reason: 'reading it takes too much time or memory; divide it into smaller files',
  reasonZh: '读取它要用太多时间或内存，请拆成几个小文件',
}

type Answer = { readonly sheet: Sheet } | { readonly refused: SheetError['reason'] }

/** Reads a table in a thread of its own, bounded in time and memory. Refuses with `import.invalid`. */
export async function readSheet(content: Uint8Array): Promise<Result<Sheet>> {
  const worker = new Worker(new URL('./sheet-worker.ts', import.meta.url), {
    workerData: content,
    resourceLimits: { maxOldGenerationSizeMb: bounds.memoryMb },
  })
  let forget = () => {}
  try {
    const answer = await new Promise<Answer>((resolve, reject) => {
      const tooMuch = () => resolve({ refused: boundsPassed })
      const timer = setTimeout(tooMuch, bounds.timeMs)
      forget = () => clearTimeout(timer)
      worker.once('message', resolve)
      worker.once('error', (error: NodeJS.ErrnoException) =>
        error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooMuch() : reject(error),
      )
    })
    return 'sheet' in answer ? ok(answer.sheet) : refuse('import.invalid', answer.refused)
  } finally {
    forget()
    await worker.terminate()
  }
}
