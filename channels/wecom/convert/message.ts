import type { InboundAttachment, InboundMessage } from '../../../src/contract/message.ts'
import { textOf, type XmlObject } from '../../_kit/wechat-xml.ts'
import { pointOf } from './point.ts'

/** What a message says; its ids and its time are the same for all types. */
export type Content = Pick<InboundMessage, 'kind' | 'text'> &
  Partial<Pick<InboundMessage, 'attachments' | 'location' | 'unsupported'>>

type Converter = (root: XmlObject) => Content

/** Message types of document 90239 and how each is read. */
const converters: Readonly<Record<string, Converter>> = {
  text: (root) => ({ kind: 'text', text: textOf(root, 'Content') }),
  image: (root) => ({ kind: 'image', text: '', attachments: media(root, 'image.jpg', 'image/jpeg') }),
  voice,
  video: (root) => ({ kind: 'video', text: '', attachments: media(root, 'video.mp4', 'video/mp4') }),
  file: (root) => ({
    kind: 'file',
    text: '',
    attachments: media(root, textOf(root, 'FileName') || 'file', 'application/octet-stream'),
  }),
  location,
  link: (root) => ({
    kind: 'link',
    text: ['Title', 'Description', 'Url']
      .map((name) => textOf(root, name))
      .filter(Boolean)
      .join('\n'),
  }),
}

/** Reads a message by its type; one that nobody knows becomes a placeholder. Pure. */
export function contentOf(root: XmlObject, type: string): Content {
  const convert = Object.hasOwn(converters, type) ? converters[type] : undefined
  return convert ? convert(root) : { kind: 'unsupported', text: '', unsupported: type.slice(0, 200) }
}

function voice(root: XmlObject): Content {
  const format = (textOf(root, 'Format') || 'amr').toLowerCase()
  const isKnown = /^[a-z0-9]{1,10}$/.test(format)
  const attachments = media(root, `voice.${isKnown ? format : 'amr'}`, `audio/${isKnown ? format : 'amr'}`)
  return { kind: 'voice', text: textOf(root, 'Recognition'), attachments }
}

function location(root: XmlObject): Content {
  const label = textOf(root, 'Label')
  const point = pointOf(textOf(root, 'Location_X'), textOf(root, 'Location_Y'))
  return {
    kind: 'location',
    text: label,
    ...(point ? { location: { ...point, crs: 'gcj02', ...(label ? { label } : {}) } } : {}),
  }
}

/** WeCom keeps the file three days; it is fetched at once. */
function media(root: XmlObject, name: string, contentType: string): InboundAttachment[] {
  const mediaId = textOf(root, 'MediaId')
  return mediaId === '' ? [] : [{ name, contentType, source: { kind: 'fetch', ref: { mediaId } } }]
}
