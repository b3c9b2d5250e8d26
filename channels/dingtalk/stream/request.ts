import { createHmac } from 'node:crypto'
import type { RawRequest } from '../../../src/contract/channel.ts'
import type { DingtalkConfig } from '../config.ts'

/** The `method` of a frame. HTTP mounts take GET and POST only, so no request from outside has it. */
export const streamMethod = 'STREAM'
/** Carries our own proof that we read this frame from a connection that was opened with our ticket. */
export const proofHeader = 'x-stream-proof'

/**
 * A frame as the request that the inbox keeps. Frames carry no signature: they are believed because the TLS connection was
 * opened with a ticket that only the Client Secret buys. The proof keeps it so when the frame is looked at later.
 */
export function frameRequest(
  frame: Uint8Array,
  host: string,
  receivedAtMs: number,
  config: DingtalkConfig,
): RawRequest {
  return {
    method: streamMethod,
    path: host,
    query: {},
    headers: { [proofHeader]: frameProof(frame, config) },
    body: frame,
    remoteAddress: host,
    receivedAtMs,
  }
}

/** HMAC-SHA256 of the frame under the Client Secret, hex. */
export function frameProof(frame: Uint8Array, config: DingtalkConfig): string {
  return createHmac('sha256', config.clientSecret).update('yitong stream frame\0').update(frame).digest('hex')
}
