import type { InboundAttachment, InboundMessage } from '../../../src/contract/message.ts'
import type { JsonObject } from '../../../src/kernel/json.ts'
import { listIn, objectIn, stringIn } from '../frame.ts'

/** What a message says; its ids and its time are the same for all types. */
export type Content = Pick<InboundMessage, 'kind' | 'text'> &
  Partial<Pick<InboundMessage, 'attachments' | 'unsupported' | 'automatic' | 'fullText'>>

type Converter = (body: JsonObject) => Content

/** Message types of document 100719 and how each is read. */
const converters: Readonly<Record<string, Converter>> = {
  text: (body) => ({ kind: 'text', text: stringIn(objectIn(body, 'text'), 'content') }),
  // The vendor sends what it heard, never the sound.
  voice: (body) => ({ kind: 'voice', text: stringIn(objectIn(body, 'voice'), 'content') }),
  image: (body) => ({
    kind: 'image',
    text: '',
    attachments: file(objectIn(body, 'image'), 'image', 'image/*'),
  }),
  video: (body) => ({
    kind: 'video',
    text: '',
    attachments: file(objectIn(body, 'video'), 'video', 'video/*'),
  }),
  file: (body) => ({
    kind: 'file',
    text: '',
    attachments: file(objectIn(body, 'file'), 'file', 'application/octet-stream'),
  }),
  mixed,
}

/** Reads a message by its type, with what it quotes; one that nobody knows becomes a placeholder. Pure. */
export function contentOf(body: JsonObject, type: string): Content {
  const convert = Object.hasOwn(converters, type) ? converters[type] : undefined
  if (!convert) return { kind: 'unsupported', text: '', unsupported: type }
  const content = convert(body)
  const quoted = quoteOf(objectIn(body, 'quote'))
  return quoted === ''
    ? content
    : { ...content, fullText: `${content.text}\n\n> ${quoted.replace(/\n/g, '\n> ')}` }
}

function mixed(body: JsonObject): Content {
  const items = listIn(objectIn(body, 'mixed'), 'msg_item')
  const texts = items.map((item) => stringIn(objectIn(item, 'text'), 'content')).filter(Boolean)
  const attachments = items.flatMap((item) => file(objectIn(item, 'image'), 'image', 'image/*'))
  return { kind: attachments.length > 0 ? 'image' : 'text', text: texts.join('\n'), attachments }
}

function quoteOf(quote: JsonObject): string {
  const type = stringIn(quote, 'msgtype')
  return Object.hasOwn(converters, type) ? converters[type]!(quote).text : ''
}

/** The address is good for five minutes, the key for this one file; fetched at once. */
function file(source: JsonObject, name: string, contentType: string): InboundAttachment[] {
  const url = stringIn(source, 'url')
  if (url === '') return []
  const aesKey = stringIn(source, 'aeskey')
  return [{ name, contentType, source: { kind: 'fetch', ref: { url, ...(aesKey ? { aesKey } : {}) } } }]
}
