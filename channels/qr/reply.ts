import { isUtf8 } from 'node:buffer'
import { z } from 'zod'
import type { RawRequest, Verified } from '../../src/contract/channel.ts'
import type { Envelope } from '../../src/contract/message.ts'
import { sha256 } from '../../src/kernel/hash.ts'
import { ok, type Result, refuse } from '../../src/kernel/result.ts'
import { replyHolds, signReply } from './token.ts'

/** The header that carries the hub's own signature of a reply: nobody else knows whose conversation a progress page shows. */
export const replyHeader = 'x-reply-signature'

const reply = z.object({
  /** Made by the page; what is sent again under it with the same words is the same message. */
  replyId: z.string().regex(/^[A-Za-z0-9_-]{8,64}$/),
  text: z.string().min(1).max(2000),
  /** Thread, person and first message of the conversation that the page shows. */
  threadKey: z.string().min(1).max(200),
  externalId: z.string().min(1).max(200),
  messageId: z.uuid(),
})

/** What a customer writes on the progress page, and the conversation that it belongs to. */
export type PageReply = z.infer<typeof reply>

/** The signed request that the hub puts in for a customer who writes on the progress page. Pure. */
export function replyRequest(
  accountId: string,
  content: PageReply,
  secrets: readonly string[],
  receivedAtMs: number,
): RawRequest {
  const { replyId, text, threadKey, externalId, messageId } = content
  const body = Buffer.from(JSON.stringify({ replyId, text, threadKey, externalId, messageId }))
  return {
    method: 'POST',
    path: `/channels/qr/${accountId}`,
    query: {},
    headers: { 'content-type': 'application/json', [replyHeader]: signReply(body, secrets) },
    body,
    remoteAddress: '',
    receivedAtMs,
  }
}

/** A reply is believed when this hub signed it. Pure. */
export function verifyReply(request: RawRequest, secrets: readonly string[]): Result<Verified> {
  if (!replyHolds(request.body, request.headers[replyHeader] ?? '', secrets))
    return refuse('signature.invalid')
  return ok({ request, claims: { reply: true } })
}

/** One message for each reply, in the conversation that the page shows, also when it was closed. Pure. */
export function parseReply({ request: { body } }: Verified): Envelope[] {
  if (!isUtf8(body)) throw new Error('a reply is not UTF-8')
  const content = reply.parse(JSON.parse(Buffer.from(body).toString('utf8')))
  const { replyId, text, threadKey, externalId, messageId } = content
  return [
    {
      kind: 'message',
      dedupeKey: `reply:${threadKey}:${replyId}:${sha256(text).slice(0, 16)}`,
      // The same as the request's: what one customer sends stays in order.
      senderKey: threadKey.split(':', 1)[0]!,
      threadKey,
      threadRefs: [`out:${messageId}`],
      identity: { externalId },
      message: { kind: 'text', providerMessageId: replyId, sentAtMs: null, text, attachments: [] },
    },
  ]
}
