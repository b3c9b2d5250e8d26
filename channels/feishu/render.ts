import { z } from 'zod'
import type { Card, Outbound, ProviderCall } from '../../src/contract/channel.ts'
import type { JsonObject } from '../../src/kernel/json.ts'
import { cardText } from '../_kit/card-text.ts'
import { choicesText } from '../_kit/choices.ts'
import { splitText } from '../_kit/split-text.ts'
import { drawCard, isTooLarge } from './card.ts'
import { limits } from './limits.ts'

const target = z.object({
  /** A person or a chat; its form says which kind of id it is. */
  receiver: z.string().min(1),
  /** The message in a group that this answers. */
  replyTo: z.string().optional(),
  /** Keep it in the topic in which it was asked. */
  inTopic: z.boolean().optional(),
})

const content = z.record(z.string(), z.json())

/** The calls that are kept in the outbox until they are delivered. */
export const feishuCall = z.discriminatedUnion('name', [
  z.object({
    name: z.literal('send'),
    body: target.extend({ type: z.enum(['text', 'post', 'interactive']), content }),
  }),
  z.object({
    name: z.literal('file'),
    body: target.extend({
      as: z.enum(['image', 'file']),
      hash: z.string(),
      fileName: z.string(),
      contentType: z.string(),
    }),
  }),
  z.object({ name: z.literal('change'), body: target.extend({ messageId: z.string(), content }) }),
])
export type FeishuCall = z.infer<typeof feishuCall>
/** Where a message goes. */
export type Target = z.infer<typeof target>

/**
 * Text in pieces, then the files, then a card in JSON 2.0 with the text inside it (the outbox looks for a card in the last part), each
 * a call of its own. In groups they answer the customer's message. A card that takes the place of another one changes that one. Pure.
 */
export function render(out: Outbound): ProviderCall[] {
  const to = targetOf(out)
  const text = harmless(textOf(out))
  const files = (out.attachments ?? []).map((file) =>
    file.size > limits.fileBytes || file.size === 0
      ? textCall(to, tooLargeWords(file.name, out.lang), file.name)
      : fileCall(file, to),
  )
  if (!out.card) return [...textCalls(out, to, text), ...files]
  const isTooLong = isTooLarge(out.card, out.lang, text)
  const words = isTooLong ? [text, harmless(cardText(out.card, out.lang))].filter(Boolean).join('\n\n') : ''
  const pieces = words ? splitText(words, limits.textLength) : []
  return [
    ...pieces.map((piece) => textCall(to, piece, 'card in words')),
    ...files,
    cardCall(out, out.card, to, isTooLong ? '' : text),
  ]
}

function targetOf({ to, thread }: Outbound): JsonObject {
  const { chatId, chatType, messageId, threadId } = thread
  const inGroup = typeof chatId === 'string' && chatId !== '' && chatType !== 'p2p'
  if (!inGroup) return { receiver: to }
  return {
    receiver: chatId,
    ...(typeof messageId === 'string' ? { replyTo: messageId } : {}),
    ...(threadId ? { inTopic: true } : {}),
  }
}

function textOf(out: Outbound): string {
  return [out.text, choicesText(out)].filter(Boolean).join('\n')
}

/** Text messages read `<at user_id="all">` as a mention: whoever wrote it must not call everybody. */
function harmless(text: string): string {
  return text.replace(/<(?=\/?at\b)/gi, '<\u200b')
}

function textCalls(out: Outbound, to: JsonObject, text: string): ProviderCall[] {
  const pieces = splitText(text, limits.textLength)
  if (!text && out.attachments?.length) return []
  if (out.subject && pieces.length === 1) {
    const post = { zh_cn: { title: out.subject, content: [[{ tag: 'text', text }]] } }
    if (Buffer.byteLength(JSON.stringify(JSON.stringify(post))) < limits.cardBytes - 1000)
      return [{ name: 'send', label: 'answer', body: { ...to, type: 'post', content: post } }]
  }
  return pieces.map((piece, i) =>
    textCall(to, piece, pieces.length === 1 ? 'answer' : `answer ${i + 1}/${pieces.length}`),
  )
}

function textCall(to: JsonObject, text: string, label: string): ProviderCall {
  return { name: 'send', label, body: { ...to, type: 'text', content: { text } } }
}

function cardCall(out: Outbound, card: Card, to: JsonObject, text: string): ProviderCall {
  const content = drawCard(card, out.lang, text)
  const label = `card ${card.title}`
  const messageId = String(out.replaces?.handle?.messageId ?? out.replaces?.providerMessageId ?? '')
  return messageId
    ? { name: 'change', label, body: { ...to, messageId, content } }
    : { name: 'send', label, body: { ...to, type: 'interactive', content } }
}

function fileCall(file: NonNullable<Outbound['attachments']>[number], to: JsonObject): ProviderCall {
  const isPicture =
    /^image\/(jpeg|png|webp|gif|bmp|x-icon|tiff|heic)$/.test(file.contentType) &&
    file.size <= limits.imageBytes
  return {
    name: 'file',
    label: file.name,
    body: {
      ...to,
      as: isPicture ? 'image' : 'file',
      hash: file.hash,
      fileName: file.name,
      contentType: file.contentType,
    },
  }
}

function tooLargeWords(name: string, lang: 'zh' | 'en'): string {
  const limit = limits.fileBytes / 1_000_000
  return lang === 'zh'
    ? `附件“${name}”为空或超过 ${limit} MB，无法在飞书发送。`
    : `The file "${name}" is empty or larger than ${limit} MB and cannot be sent on Feishu.`
}
