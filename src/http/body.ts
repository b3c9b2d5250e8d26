import type { IncomingMessage } from 'node:http'
import { ok, type Result, refuse } from '../kernel/result.ts'

/** Why reading ended without a body that could be answered: the sender is gone. */
export class RequestAborted extends Error {
  override readonly name = 'RequestAborted'
}

/**
 * The raw bytes of a request. Refuses a body above `limit` bytes (before reading it, when it says its length) and one that is
 * not complete after `timeoutMs`. Rejects with RequestAborted when the sender went away.
 */
export function readBody(
  request: IncomingMessage,
  { limit, timeoutMs }: { readonly limit: number; readonly timeoutMs: number },
): Promise<Result<Buffer>> {
  const announced = request.headers['content-length']
  if (announced !== undefined && Number(announced) > limit) {
    return Promise.resolve(refuse('request.too_large', { limit }))
  }
  return new Promise((resolve, reject) => {
    let first: Buffer | null = null
    let rest: Buffer[] | null = null
    let size = 0
    const timer = setTimeout(() => {
      settle()
      resolve(refuse('request.timeout', { seconds: Math.round(timeoutMs / 1000) }))
    }, timeoutMs)
    const onData = (chunk: Buffer) => {
      size += chunk.length
      if (size > limit) {
        settle()
        resolve(refuse('request.too_large', { limit }))
      } else if (first === null) first = chunk
      else if (rest === null) rest = [chunk]
      else rest.push(chunk)
    }
    const onEnd = () => {
      settle()
      resolve(ok(rest === null ? (first ?? Buffer.alloc(0)) : Buffer.concat([first!, ...rest], size)))
    }
    const onGone = () => {
      settle()
      reject(new RequestAborted('the sender went away'))
    }
    function settle(): void {
      clearTimeout(timer)
      request.off('data', onData).off('end', onEnd).off('error', onGone).off('aborted', onGone)
      // A late error of a body that nobody reads any more must not be unhandled.
      request.on('error', () => {})
    }
    request.on('data', onData).on('end', onEnd).on('error', onGone).on('aborted', onGone)
  })
}
