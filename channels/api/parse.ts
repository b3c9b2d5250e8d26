import type { Verified } from '../../src/contract/channel.ts'
import type {
  Envelope,
  InboundAttachment,
  InboundMessage,
  MessageKind,
  SenderIdentity,
} from '../../src/contract/message.ts'
import type { JsonObject } from '../../src/kernel/json.ts'
import { type IntakeMessage, readIntake } from './intake.ts'
import type { Caller } from './verify.ts'

/** The key of a request: unique per caller, the same when it is sent again. */
function dedupeKeyOf(verified: Verified): string {
  const { by, key } = verified.claims as unknown as Caller
  return `${by}:${key}`
}

/** What a caller sends to continue this request. */
export function threadOf(verified: Verified): string | null {
  const intake = readIntake(verified.request.body)
  if (!intake.ok || intake.value.type !== 'message') return null
  return intake.value.body.thread ?? dedupeKeyOf(verified)
}

/** One envelope for each request. Pure. Throws when the body is not what `verify` accepts. */
export function parse(verified: Verified): Envelope[] {
  const intake = readIntake(verified.request.body)
  if (!intake.ok) throw new Error(`unreadable request: ${intake.refusal.code}`)
  const dedupeKey = dedupeKeyOf(verified)
  if (intake.value.type === 'receipt') {
    const { messageId, status, detail } = intake.value.body
    const senderKey = `receipt:${messageId}`
    return [
      {
        kind: 'receipt',
        dedupeKey,
        senderKey,
        providerMessageId: messageId,
        status,
        ...(detail ? { detail } : {}),
      },
    ]
  }
  const { body, known } = intake.value
  const thread = body.thread ?? dedupeKey
  return [
    {
      kind: 'message',
      dedupeKey,
      senderKey: body.sender.id,
      // The sender is part of the key: who knows a thread's name does not get into another person's conversation.
      threadKey: JSON.stringify([body.sender.id, thread]),
      identity: identityOf(body),
      message: messageOf(body, known, dedupeKey, thread),
    },
  ]
}

function identityOf({ sender }: IntakeMessage): SenderIdentity {
  const strongIds = {
    ...(sender.phone && sender.verified.includes('phone') ? { phone: sender.phone } : {}),
    ...(sender.email && sender.verified.includes('email') ? { email: sender.email.toLowerCase() } : {}),
  }
  return {
    externalId: sender.id,
    ...(sender.name ? { displayName: sender.name } : {}),
    ...(Object.keys(strongIds).length > 0 ? { strongIds } : {}),
  }
}

function messageOf(body: IntakeMessage, known: boolean, dedupeKey: string, thread: string): InboundMessage {
  const form = formOf(body)
  return {
    kind: known ? ((body.kind ?? (body.fields ? 'form' : 'text')) as MessageKind) : 'unsupported',
    providerMessageId: dedupeKey,
    sentAtMs: body.sentAt === undefined ? null : Date.parse(body.sentAt),
    text: body.text,
    ...(body.subject ? { subject: body.subject } : {}),
    attachments: body.attachments.map(attachmentOf),
    ...(body.location ? { location: body.location } : {}),
    ...(form ? { form } : {}),
    ...(known ? {} : { unsupported: body.kind ?? '' }),
    replyTo: { thread, ...(body.lang ? { lang: body.lang } : {}) },
  }
}

/** What the caller states about the sender are fields of the request too, unless the fields say otherwise. */
function formOf({ sender, fields }: IntakeMessage): JsonObject | undefined {
  const form: JsonObject = {
    ...(sender.name ? { contact_name: sender.name } : {}),
    ...(sender.phone ? { phone: sender.phone } : {}),
    ...(sender.email ? { email: sender.email } : {}),
    ...fields,
  }
  return Object.keys(form).length > 0 ? form : undefined
}

function attachmentOf(a: IntakeMessage['attachments'][number]): InboundAttachment {
  const source: InboundAttachment['source'] =
    a.url === undefined
      ? { kind: 'bytes', content: new Uint8Array(Buffer.from(a.content ?? '', 'base64')) }
      : { kind: 'fetch', ref: { url: a.url } }
  return { name: a.name, contentType: a.contentType, source }
}
