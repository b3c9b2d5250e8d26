import type { NewJob } from '../contract/jobs.ts'
import { derivedId } from '../kernel/ids.ts'
import { json, type Tx } from '../store/index.ts'
import type { LandedAttachment } from './append.ts'
import { patienceFrom } from './patience.ts'

/** Writes the files of a message, the first with the ordinal `from`. */
export async function insertAttachments(
  tx: Tx,
  messageId: string,
  attachments: readonly LandedAttachment[],
  nowMs: number,
  from = 0,
): Promise<void> {
  if (attachments.length === 0) return
  await tx
    .insertInto('attachment')
    .values(
      attachments.map((a, i) => ({
        id: derivedId('attachment', messageId, from + i),
        messageId,
        ordinal: from + i,
        name: a.name,
        declaredType: a.declaredType,
        inline: a.inline,
        contentId: a.contentId,
        state: a.state,
        contentType: a.state === 'stored' ? a.contentType : null,
        size: a.state === 'stored' ? a.size : null,
        hash: a.state === 'stored' ? a.hash : null,
        reason: a.state === 'refused' ? a.reason : null,
        ref: a.state === 'pending' ? json(a.ref) : null,
        patience: a.state === 'pending' && a.patience ? json(patienceFrom(a.patience, nowMs)) : null,
      })),
    )
    .execute()
}

/** The jobs that fetch those of them that came as a reference. */
export function fetchJobs(
  messageId: string,
  attachments: readonly LandedAttachment[],
  nowMs: number,
  from = 0,
): NewJob[] {
  return attachments.flatMap((a, i) =>
    a.state === 'pending'
      ? [fetchJob(derivedId('attachment', messageId, from + i), nowMs + (a.patience?.firstDelayMs ?? 0))]
      : [],
  )
}

/** The job that fetches one file; asked for again before it ran, it only moves to the earlier time. */
export function fetchJob(attachmentId: string, dueAtMs: number): NewJob {
  return { kind: 'attachment.fetch', payload: { attachmentId }, uniqueKey: attachmentId, dueAtMs }
}
