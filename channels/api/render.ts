import type { Outbound, ProviderCall } from '../../src/contract/channel.ts'
import type { JsonObject } from '../../src/kernel/json.ts'
import { cardText } from '../_kit/card-text.ts'
import { splitText } from '../_kit/split-text.ts'
import { capabilities } from './capabilities.ts'

/** An answer as the caller's program gets it; long text becomes several calls, card and files go with the last. Pure. */
export function render(out: Outbound): ProviderCall[] {
  const text = out.card ? [out.text, cardText(out.card, out.lang)].filter(Boolean).join('\n\n') : out.text
  const pieces = splitText(text, capabilities.maxTextLength)
  return pieces.map((piece, i) => {
    const last = i === pieces.length - 1
    const body: JsonObject = {
      type: 'message',
      messageId: pieces.length === 1 ? out.messageId : `${out.messageId}.${i + 1}`,
      reference: out.reference,
      to: out.to,
      thread: (out.thread.thread as string | undefined) ?? null,
      part: i + 1,
      parts: pieces.length,
      text: piece,
      ...(out.subject ? { subject: out.subject } : {}),
      automatic: out.automatic,
      lang: out.lang,
      ...(last ? extras(out) : {}),
    }
    return { name: 'post', body, label: pieces.length === 1 ? 'answer' : `answer ${i + 1}/${pieces.length}` }
  })
}

function extras(out: Outbound): JsonObject {
  return {
    ...(out.card ? { card: structuredClone(out.card) as unknown as JsonObject } : {}),
    ...(out.quickReplies?.length ? { quickReplies: [...out.quickReplies] } : {}),
    ...(out.attachments?.length ? { attachments: out.attachments.map((a) => ({ ...a })) } : {}),
  }
}
