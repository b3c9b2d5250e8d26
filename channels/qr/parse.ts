import type { Verified } from '../../src/contract/channel.ts'
import type { Envelope, InboundMessage } from '../../src/contract/message.ts'
import { sha256 } from '../../src/kernel/hash.ts'
import { parseReply } from './reply.ts'
import { readSubmission, type Submission } from './submission.ts'
import type { Claims } from './verify.ts'

/**
 * One message for each submission. Sent again unchanged it is the same; changed by a customer who got no answer, it is a further
 * message of the same request. Pure. Throws when the body is not what `verify` accepts.
 */
export function parse(verified: Verified): Envelope[] {
  if (verified.claims.reply === true) return parseReply(verified)
  const read = readSubmission(verified.request.body)
  if (!read.ok) throw new Error(`unreadable submission: ${read.refusal.code}`)
  const submission = read.value
  const { link } = verified.claims as unknown as Claims
  const thread = `${link.id}:${submission.submissionId}`
  return [
    {
      kind: 'message',
      dedupeKey: `${thread}:${sha256(verified.request.body).slice(0, 16)}`,
      senderKey: link.id,
      threadKey: thread,
      identity: { externalId: personOf(link.id, submission), displayName: submission.name },
      message: messageOf(submission, verified.claims as unknown as Claims),
    },
  ]
}

/** The same phone at the same device is the same person; typed, so it joins nobody with other channels. */
function personOf(recordId: string, { phone }: Submission): string {
  return sha256(`${recordId} ${phone.replace(/\D/g, '').slice(-11)}`).slice(0, 32)
}

function messageOf(s: Submission, { link, version, files }: Claims): InboundMessage {
  const form = {
    contact_name: s.name,
    phone: s.phone,
    fault_description: s.fault,
    ...(s.address ? { address: s.address } : {}),
  }
  return {
    kind: 'form',
    providerMessageId: s.submissionId,
    sentAtMs: null,
    text: s.fault,
    form,
    record: { kind: link.kind, id: link.id, version },
    ...(s.location ? { location: { ...s.location, crs: 'wgs84' as const } } : {}),
    attachments: files.map(({ hash, size, contentType }, i) => ({
      name: s.uploads[i]?.name || 'file',
      contentType,
      source: { kind: 'media' as const, hash, size },
    })),
  }
}
