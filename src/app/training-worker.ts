// The thread of src/app/training.ts: trains once and ends.
import { parentPort, workerData } from 'node:worker_threads'
import { type Example, trainClassifier, writeWeights } from '../pipeline/rules/classifier.ts'

const { examples, seed } = workerData as { readonly examples: readonly Example[]; readonly seed: number }
parentPort!.postMessage(writeWeights(trainClassifier(examples, seed)))
