import { type ExtractionThread, extractionThread, ThreadEnded } from '../src/app/extraction-thread.ts'
import { silentLog } from '../src/kernel/log.ts'

const thread = extractionThread(silentLog)
let hubs = 0

/** The part of one hub in a thread that reads for all hubs of this process: starting and ending one for each is half of a short test. */
export function sharedExtraction(): ExtractionThread {
  const hub = ++hubs
  let end: (error: Error) => void = () => {}
  const ended = new Promise<never>((_, reject) => {
    end = reject
  })
  ended.catch(() => {})
  return {
    read: (input, classifier) =>
      Promise.race([
        thread.read(input, classifier && { ...classifier, id: `${hub}/${classifier.id}` }),
        ended,
      ]),
    stop: async () => end(new ThreadEnded('the hub is stopping')),
  }
}
