import { Worker } from 'node:worker_threads'
import type { Extraction, ExtractionInput } from '../contract/extraction.ts'
import type { Log } from '../kernel/log.ts'

/** The thread and its data (about 50 MB) go when nothing was read for this long, ms. */
const idleMs = 5 * 60_000

/** The rules engine in a thread of its own: a text that takes long keeps nobody waiting who files a request meanwhile. */
export interface ExtractionThread {
  /** Reads with the shipped classifier, or with another one. */
  read(input: ExtractionInput, classifier?: NamedWeights | null): Promise<Extraction>
  stop(): Promise<void>
}

interface Waiting {
  readonly resolve: (extraction: Extraction) => void
  readonly reject: (error: Error) => void
  /** Runs while the text is being read. */
  timer: NodeJS.Timeout | null
}

/** Weights of a classifier under an id that names them. */
interface NamedWeights {
  readonly id: string
  readonly weights: string
}

/** What the thread is asked. Weights come once; `alone` says that it need not keep others. */
export interface Question {
  readonly id: number
  readonly input: ExtractionInput
  readonly classifier?: { readonly id: string; readonly weights?: string; readonly alone?: boolean }
}

/** Classifiers that the thread keeps besides the shipped one; some 5 MB each. */
const mostClassifiers = 4

/** What the thread says: that it begins with a question, then its answer. */
export type Answer = { readonly id: number } & (
  | { readonly began: true }
  | { readonly extraction: Extraction }
  | { readonly error: string }
)

/**
 * Starts the thread with the first extraction, ends it when idle, and starts another when one died or was too slow: a text that is read
 * for longer than `longestMs` is hostile. What a text waited for the thread to start, or for others, is not its fault and not counted.
 */
export function extractionThread(log: Log, longestMs = 10_000): ExtractionThread {
  let worker: Worker | null = null
  let idle: NodeJS.Timeout | null = null
  let next = 0
  const waiting = new Map<number, Waiting>()
  /** Classifiers that the present thread has. */
  const sent = new Set<string>()

  function start(): Worker {
    sent.clear()
    const started = new Worker(new URL('./extraction-worker.ts', import.meta.url))
    started.unref()
    started.on('message', (answer: Answer) => settle(answer))
    started.on('error', (error) => end(started, new ThreadEnded(String(error))))
    started.on('exit', () => end(started, new ThreadEnded('the extraction thread ended')))
    return started
  }

  function named({ id, weights }: NamedWeights): NonNullable<Question['classifier']> {
    if (sent.has(id)) return { id }
    const alone = sent.size >= mostClassifiers
    if (alone) sent.clear()
    sent.add(id)
    return { id, weights, alone }
  }

  function settle(answer: Answer): void {
    const one = waiting.get(answer.id)
    if (!one) return
    if ('began' in answer) {
      one.timer = setTimeout(() => tooSlow(answer.id), longestMs)
      return
    }
    waiting.delete(answer.id)
    clearTimeout(one.timer ?? undefined)
    if ('extraction' in answer) one.resolve(answer.extraction)
    else one.reject(new Error(answer.error))
  }

  function end(ended: Worker, error: ThreadEnded): void {
    if (worker !== ended) return
    worker = null
    for (const one of waiting.values()) {
      clearTimeout(one.timer ?? undefined)
      one.reject(error)
    }
    waiting.clear()
  }

  function tooSlow(id: number): void {
    const one = waiting.get(id)
    const slow = worker
    if (!one || !slow) return
    log.error({ ms: longestMs }, 'an extraction took too long; its thread was ended')
    waiting.delete(id)
    one.reject(new Error(`the extraction took longer than ${longestMs} ms`))
    // The others were only queued behind it; their jobs try again.
    end(slow, new ThreadEnded('the extraction thread was ended by another text'))
    void slow.terminate()
  }

  return {
    read(input, classifier) {
      worker ??= start()
      const thread = worker
      if (idle) clearTimeout(idle)
      idle = setTimeout(() => {
        if (waiting.size > 0 || !worker) return
        const unused = worker
        worker = null
        void unused.terminate()
      }, idleMs)
      idle.unref()
      const id = next++
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject, timer: null })
        const question: Question = { id, input, ...(classifier ? { classifier: named(classifier) } : {}) }
        thread.postMessage(question)
      })
    },
    async stop() {
      if (idle) clearTimeout(idle)
      const last = worker
      if (!last) return
      end(last, new ThreadEnded('the hub is stopping'))
      await last.terminate()
    },
  }
}

/** The thread went while it still had work; the work was not at fault and is tried again. */
export class ThreadEnded extends Error {
  override readonly name = 'ThreadEnded'
}
