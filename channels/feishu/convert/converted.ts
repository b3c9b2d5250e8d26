import type { InboundAttachment, InboundMessage, MessageKind } from '../../../src/contract/message.ts'
import type { JsonObject } from '../../../src/kernel/json.ts'
import type { Mention } from '../mentions.ts'

/** What a converter may know besides the content. */
export interface Around {
  readonly messageId: string
  readonly mentions: readonly Mention[]
}

/** What a converter makes of a message's content; keys of mentions still stand in the text. */
export interface Converted {
  readonly kind: MessageKind
  readonly text: string
  readonly attachments?: readonly InboundAttachment[]
  readonly location?: InboundMessage['location']
  /** A machine wrote it. */
  readonly automatic?: 'bulk'
}

/** One for each `message_type`. Pure. Null when the content does not have the shape of its type. */
export type Converter = (content: JsonObject, around: Around) => Converted | null

/** A file of a message, fetched later by `fetchAttachment`. */
export function resource(
  around: Around,
  key: string,
  type: 'image' | 'file',
  name: string,
  contentType: string,
): InboundAttachment {
  return {
    name,
    contentType,
    source: { kind: 'fetch', ref: { messageId: around.messageId, key, type } },
  }
}
