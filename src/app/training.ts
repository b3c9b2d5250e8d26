import { Worker } from 'node:worker_threads'
import type { EvaluationPorts } from '../pipeline/index.ts'

/** Trains in a thread of its own, which may take seconds with thousands of examples; ends with the signal. */
export const trainInThread: EvaluationPorts['train'] = (examples, seed, signal) =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./training-worker.ts', import.meta.url), {
      workerData: { examples, seed },
    })
    const stop = () => void worker.terminate()
    signal.addEventListener('abort', stop, { once: true })
    worker.once('message', (weights: string) => resolve(weights))
    worker.once('error', reject)
    worker.once('exit', () => {
      signal.removeEventListener('abort', stop)
      reject(new Error('the training ended without weights'))
    })
  })
