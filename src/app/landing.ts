import type { Envelope, InboundAttachment, MessageEnvelope } from '../contract/message.ts'
import type { MediaStore } from '../contract/ports.ts'
import type { LandedAttachment } from '../conversations/index.ts'
import { restoreRequest, type StoredEnvelope } from '../inbox/index.ts'
import type { Log } from '../kernel/log.ts'
import { storable } from '../kernel/storable.ts'
import type { Account, Registry } from './channels.ts'

/** What landing needs of the hub. */
interface LandingPorts {
  readonly registry: Pick<Registry, 'byId'>
  readonly media: MediaStore
  readonly log: Log
}

/** An envelope read and its files stored: ready for its transaction. */
export interface Landed {
  readonly stored: StoredEnvelope
  readonly account: Account
  readonly envelope: Envelope
  readonly attachments: readonly LandedAttachment[]
  /** Length of the body that it was read from. */
  readonly bytes: number
}

/** An envelope as far as it came; `final`: trying again is useless. */
export type Landing =
  | Landed
  | { readonly stored: StoredEnvelope; readonly error: Error; readonly final: boolean }

/** Reads envelopes in order until their bodies reach that many bytes; the others are for the next batch. */
export async function landUpTo(
  mostBytes: number,
  waiting: readonly StoredEnvelope[],
  ports: LandingPorts,
): Promise<Landing[]> {
  const landings: Landing[] = []
  let bytes = 0
  for (const stored of waiting) {
    const landing = await land(stored, ports)
    landings.push(landing)
    if ('envelope' in landing) bytes += landing.bytes
    if (bytes >= mostBytes) break
  }
  return landings
}

/** Reads an envelope again from its raw bytes and stores the files it carries. What nobody can read is final. */
export async function land(stored: StoredEnvelope, { registry, media, log }: LandingPorts): Promise<Landing> {
  const account = registry.byId(stored.accountId)
  if (!account)
    return {
      stored,
      error: new Error('the channel account is gone or its settings are not usable'),
      final: false,
    }
  try {
    const request = await restoreRequest(stored, media)
    const parsed = parsePart(account, request, stored.part)
    const attachments = parsed.kind === 'message' ? await landAttachments(parsed, media) : []
    noteFiles(log, stored.id, attachments)
    const envelope = parsed.kind === 'message' ? withoutContent(parsed, attachments) : parsed
    return { stored, account, envelope, attachments, bytes: request.request.body.byteLength }
  } catch (error) {
    return {
      stored,
      error: error instanceof Error ? error : new Error(String(error)),
      final: error instanceof Unreadable,
    }
  }
}

/** One line for the files of a message: what each claims to be and what it is. Names are personal data, and no paths. */
function noteFiles(log: Log, envelopeId: string, attachments: readonly LandedAttachment[]): void {
  const files = attachments.map((file) =>
    file.state === 'stored'
      ? { declared: file.declaredType, type: file.contentType, size: file.size, hash: file.hash }
      : { declared: file.declaredType, state: file.state },
  )
  if (files.length > 0)
    log.info({ envelopeId, files }, 'the files of a message are kept by their content; none is opened')
}

class Unreadable extends Error {
  override readonly name = 'Unreadable'
}

function parsePart(
  account: Account,
  request: Parameters<Account['channel']['parse']>[0],
  part: number,
): Envelope {
  let all: Envelope[]
  try {
    all = account.channel.parse(request, account.config)
  } catch (error) {
    throw new Unreadable(error instanceof Error ? error.message : String(error))
  }
  const envelope = all[part]
  if (!envelope) throw new Unreadable(`the request holds ${all.length} envelopes, not ${part + 1}`)
  // The keys that it is looked up by were stored like this.
  return storable(envelope)
}

async function landAttachments(envelope: MessageEnvelope, media: MediaStore): Promise<LandedAttachment[]> {
  const landed: LandedAttachment[] = []
  for (const attachment of envelope.message.attachments) landed.push(await landAttachment(attachment, media))
  return landed
}

/** The same message with its files named by their hashes: they are stored, and a whole batch would hold their bytes. */
function withoutContent(envelope: MessageEnvelope, landed: readonly LandedAttachment[]): MessageEnvelope {
  const attachments = envelope.message.attachments.map((attachment, i): InboundAttachment => {
    if (attachment.source.kind !== 'bytes') return attachment
    const file = landed[i]!
    const source =
      file.state === 'stored'
        ? { kind: 'media' as const, hash: file.hash, size: file.size }
        : { kind: 'bytes' as const, content: new Uint8Array() }
    return { ...attachment, source }
  })
  return { ...envelope, message: { ...envelope.message, attachments } }
}

async function landAttachment(attachment: InboundAttachment, media: MediaStore): Promise<LandedAttachment> {
  const named = {
    name: attachment.name,
    declaredType: attachment.contentType,
    inline: attachment.inline ?? false,
    contentId: attachment.contentId ?? null,
  }
  const { source } = attachment
  switch (source.kind) {
    case 'fetch':
      return {
        ...named,
        state: 'pending',
        ref: source.ref,
        ...(source.patience ? { patience: source.patience } : {}),
      }
    case 'media':
      return {
        ...named,
        state: 'stored',
        hash: source.hash,
        size: source.size,
        contentType: attachment.contentType,
      }
    case 'bytes': {
      const stored = await media.put(source.content, { declaredType: attachment.contentType })
      if (stored.ok) return { ...named, state: 'stored', ...stored.value }
      if (stored.refusal.code === 'store.full') throw new Error('the disk for media is full')
      return { ...named, state: 'refused', reason: stored.refusal.code }
    }
  }
}
