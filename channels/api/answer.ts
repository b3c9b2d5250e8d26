import type { RawResponse, ReceiveOutcome, Verified } from '../../src/contract/channel.ts'
import { RefusedError, refuse } from '../../src/kernel/result.ts'
import { threadOf } from './parse.ts'

const headers = { 'content-type': 'application/json; charset=utf-8' }

/**
 * 202 with the request's id, the `thread` that continues it, and the address where its state can be read. The same key with
 * the same body gives the same answer again; with another body it is refused with `request.conflict`, thrown so that the mount
 * answers and logs it like every other refusal.
 */
export function ack(verified: Verified, outcomes: readonly ReceiveOutcome[]): RawResponse {
  const outcome = outcomes[0]
  if (!outcome) throw new Error('an api request is one envelope')
  if (outcome.contentDiffers) throw new RefusedError(refuse('request.conflict').refusal)
  const body = {
    id: outcome.envelopeId,
    receipt: `/api/conversation/receipt?id=${outcome.envelopeId}`,
    thread: threadOf(verified),
    duplicate: outcome.duplicate,
  }
  return { status: 202, headers, body: JSON.stringify(body) }
}
