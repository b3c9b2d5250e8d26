import type { RawResponse, ReceiveOutcome, Verified } from '../../src/contract/channel.ts'
import { refuse } from '../../src/kernel/result.ts'
import { sentence } from '../../src/kernel/sentence.ts'
import { threadOf } from './parse.ts'

const conflict = refuse('request.conflict').refusal
const headers = { 'content-type': 'application/json; charset=utf-8' }

/**
 * 202 with the request's id, the `thread` that continues it, and the address where its state can be read. The same key with
 * the same body gives the same answer again; with another body 409 `request.conflict`.
 */
export function ack(verified: Verified, outcomes: readonly ReceiveOutcome[]): RawResponse {
  const outcome = outcomes[0]
  if (!outcome) throw new Error('an api request is one envelope')
  if (outcome.contentDiffers) {
    const { code, params } = conflict
    const messageZh = sentence(conflict, 'zh')
    const error = { code, message: sentence(conflict, 'en'), messageZh, params, issues: [] }
    return { status: 409, headers, body: JSON.stringify({ error }) }
  }
  const body = {
    id: outcome.envelopeId,
    receipt: `/api/conversation/receipt?id=${outcome.envelopeId}`,
    thread: threadOf(verified),
    duplicate: outcome.duplicate,
  }
  return { status: 202, headers, body: JSON.stringify(body) }
}
