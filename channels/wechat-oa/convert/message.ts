import type { InboundAttachment, InboundMessage } from '../../../src/contract/message.ts'
import { textOf, type XmlObject } from '../../_kit/wechat-xml.ts'

type Content = Partial<InboundMessage> & Pick<InboundMessage, 'kind'>
type Convert = (xml: XmlObject, name: string) => Content

function fetched(name: string, contentType: string, mediaId: string): readonly InboundAttachment[] {
  return mediaId === '' ? [] : [{ name, contentType, source: { kind: 'fetch', ref: { mediaId } } }]
}

// A tap on a menu message (bizmsgmenuid) arrives as the text of its item.
const text: Convert = (xml) => ({ kind: 'text', text: textOf(xml, 'Content') })

const image: Convert = (xml, name) => ({
  kind: 'image',
  attachments: fetched(`${name}.jpg`, 'image/jpeg', textOf(xml, 'MediaId')),
})

/** The recording with 16 kHz where there is one; what WeChat heard in it where the account has that switched on. */
const voice: Convert = (xml, name) => {
  const format = textOf(xml, 'Format').toLowerCase() === 'speex' ? 'speex' : 'amr'
  const mediaId = textOf(xml, 'MediaId16K') || textOf(xml, 'MediaId')
  return {
    kind: 'voice',
    text: textOf(xml, 'Recognition'),
    attachments: fetched(`${name}.${format}`, `audio/${format}`, mediaId),
  }
}

const video: Convert = (xml, name) => ({
  kind: 'video',
  attachments: fetched(`${name}.mp4`, 'video/mp4', textOf(xml, 'MediaId')),
})

/** WeChat's maps use GCJ-02. */
const location: Convert = (xml) => {
  const [lat, lng] = [textOf(xml, 'Location_X'), textOf(xml, 'Location_Y')].map((n) =>
    n === '' ? Number.NaN : Number(n),
  )
  const label = textOf(xml, 'Label')
  const isPlace = Math.abs(lat!) <= 90 && Math.abs(lng!) <= 180
  if (!isPlace) return { kind: 'location', text: label }
  const point = { lat: lat!, lng: lng!, crs: 'gcj02' as const }
  return { kind: 'location', text: label, location: { ...point, ...(label ? { label } : {}) } }
}

const link: Convert = (xml) => ({
  kind: 'link',
  text: ['Title', 'Description', 'Url']
    .map((name) => textOf(xml, name))
    .filter(Boolean)
    .join('\n'),
})

const converters: Readonly<Record<string, Convert>> = {
  text,
  image,
  voice,
  video,
  shortvideo: video,
  location,
  link,
}

/** What a message of a type says; a placeholder for types that we do not know. */
export function contentOf(xml: XmlObject, type: string, id: string): Content {
  const convert = Object.hasOwn(converters, type) ? converters[type] : undefined
  if (!convert) return { kind: 'unsupported', unsupported: type }
  return convert(xml, `${type}-${/^\w{1,64}$/.test(id) ? id : 'file'}`)
}
