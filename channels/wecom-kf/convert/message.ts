import type { InboundAttachment, InboundMessage } from '../../../src/contract/message.ts'
import { listOf, partOf, type Row, wordOf } from '../pulled.ts'

type Content = Partial<InboundMessage> & Pick<InboundMessage, 'kind'>
type Part = Readonly<Record<string, unknown>>
type Convert = (part: Part, name: string) => Content

const lines = (...words: readonly string[]) => words.filter((word) => word !== '').join('\n')

function fetched(part: Part, name: string, contentType: string): readonly InboundAttachment[] {
  const mediaId = wordOf(part, 'media_id')
  return mediaId === '' ? [] : [{ name, contentType, source: { kind: 'fetch', ref: { mediaId } } }]
}

// A tap on a menu's item arrives as its words.
const text: Convert = (part) => ({ kind: 'text', text: wordOf(part, 'content') })
const image: Convert = (part, name) => ({
  kind: 'image',
  attachments: fetched(part, `${name}.jpg`, 'image/jpeg'),
})
const voice: Convert = (part, name) => ({
  kind: 'voice',
  attachments: fetched(part, `${name}.amr`, 'audio/amr'),
})
const video: Convert = (part, name) => ({
  kind: 'video',
  attachments: fetched(part, `${name}.mp4`, 'video/mp4'),
})
// Its real name comes with the file itself.
const file: Convert = (part, name) => ({
  kind: 'file',
  attachments: fetched(part, name, 'application/octet-stream'),
})

/** WeChat's maps use GCJ-02. */
const location: Convert = (part) => {
  const [lat, lng] = [part.latitude, part.longitude]
  const [name, address] = [wordOf(part, 'name'), wordOf(part, 'address')]
  const label = [address, name].filter(Boolean).join(' ')
  const isPlace =
    typeof lat === 'number' && typeof lng === 'number' && Math.abs(lat) <= 90 && Math.abs(lng) <= 180
  if (!isPlace) return { kind: 'location', text: label }
  return {
    kind: 'location',
    text: label,
    location: { lat, lng, crs: 'gcj02', ...(label ? { label } : {}) },
  }
}

const link: Convert = (part) => ({
  kind: 'link',
  text: lines(wordOf(part, 'title'), wordOf(part, 'desc'), wordOf(part, 'url')),
})

const businessCard: Convert = (part) => ({ kind: 'card', text: lines('[名片]', wordOf(part, 'userid')) })
const miniprogram: Convert = (part) => ({ kind: 'card', text: lines('[小程序]', wordOf(part, 'title')) })

const menu: Convert = (part) => {
  const items = listOf(part, 'list').map((item) => {
    const type = wordOf(item, 'type')
    return wordOf(partOf(item, type), 'content')
  })
  return {
    kind: 'card',
    text: lines(wordOf(part, 'head_content'), ...items, wordOf(part, 'tail_content')),
  }
}

/** Forwarded chat records: who said what, and the files that came along. */
const merged: Convert = (part, name) => {
  const said = listOf(part, 'item').map((item, i) => {
    const type = wordOf(item, 'msgtype')
    const inner = innerOf(item, type)
    const content = contentOf(type, inner, `${name}-${i + 1}`)
    const words = content.text || `[${type}]`
    return { text: `${wordOf(item, 'sender_name')}：${words}`, attachments: content.attachments ?? [] }
  })
  return {
    kind: 'text',
    text: lines(`[聊天记录] ${wordOf(part, 'title')}`.trim(), ...said.map((each) => each.text)),
    attachments: said.flatMap((each) => each.attachments).slice(0, 30),
  }
}

/** `msg_content` is JSON in a string, with or without the type around it. */
function innerOf(item: Part, type: string): Part {
  try {
    const content: unknown = JSON.parse(wordOf(item, 'msg_content'))
    if (typeof content !== 'object' || content === null || Array.isArray(content)) return {}
    const nested = partOf(content as Part, type)
    return Object.keys(nested).length > 0 ? nested : (content as Part)
  } catch {
    return {}
  }
}

const channels: Convert = (part) => ({
  kind: 'card',
  text: lines('[视频号]', wordOf(part, 'nickname'), wordOf(part, 'title')),
})
const product: Convert = (part) => ({
  kind: 'card',
  text: lines('[视频号商品]', wordOf(part, 'title'), wordOf(part, 'product_id')),
})
const order: Convert = (part) => ({
  kind: 'card',
  text: lines('[视频号订单]', wordOf(part, 'product_titles'), wordOf(part, 'order_id')),
})
const note: Convert = () => ({ kind: 'card', text: '[笔记]' })
const meeting: Convert = (part) => ({ kind: 'card', text: lines('[会议]', wordOf(part, 'title')) })
const calendar: Convert = (part) => ({ kind: 'card', text: lines('[日程]', wordOf(part, 'title')) })

const converters: Readonly<Record<string, Convert>> = {
  text,
  image,
  voice,
  video,
  file,
  location,
  link,
  business_card: businessCard,
  miniprogram,
  msgmenu: menu,
  merged_msg: merged,
  channels,
  channels_shop_product: product,
  channels_shop_order: order,
  note,
  meeting,
  calendar,
  schedule: calendar,
}

function contentOf(type: string, part: Part, name: string): Content {
  // Records within records are not followed: their depth is the sender's to choose.
  const convert = Object.hasOwn(converters, type) && !(type === 'merged_msg' && /-\d+$/.test(name))
  if (!convert) return { kind: 'unsupported', unsupported: type }
  return converters[type]!(part, name)
}

/** What a row says, for every kind of message; a placeholder for kinds that we do not know. */
export function messageOf(row: Row): Content {
  return contentOf(row.msgtype, partOf(row, row.msgtype), row.msgtype)
}
