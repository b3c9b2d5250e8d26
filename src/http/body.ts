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

/** Most of a refused body that is read only to be thrown away. */
const drainedBytes = 64 * 1024 * 1024

/**
 * Reads what is left of a refused body and throws it away, so that the answer arrives: who closes with bytes unread resets the
 * connection, and the sender, or the proxy in front (nginx: 502), never sees why it was refused. Answers false, and reads nothing,
 * when the body is longer than anybody should wait for or does not say its length; such a connection has to be closed.
 */
export function drain(request: IncomingMessage): boolean {
  const announced = Number(request.headers['content-length'] ?? Number.NaN)
  const hasBody = announced > 0 || request.headers['transfer-encoding'] !== undefined
  if (hasBody && !(announced <= drainedBytes)) return false
  request.resume()
  return true
}
