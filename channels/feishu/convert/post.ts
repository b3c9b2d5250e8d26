import type { InboundAttachment } from '../../../src/contract/message.ts'
import type { JsonObject, JsonValue } from '../../../src/kernel/json.ts'
import { listOf, objectOf, textOf } from '../shape.ts'
import { type Around, type Converter, resource } from './converted.ts'

/** Rich text: `{title, content: [[{tag, …}]]}`, sometimes under a language (`zh_cn`). Pictures and videos in it are files. */
export const post: Converter = (content, around) => {
  const body = inOneLanguage(content)
  if (!body) return null
  const attachments: InboundAttachment[] = []
  const lines = listOf(body.content).map((paragraph) =>
    listOf(paragraph)
      .map((element) => words(objectOf(element), around, attachments))
      .join(''),
  )
  const title = textOf(body.title).trim()
  const said = [...(title ? [title] : []), ...lines].join('\n').trim()
  return { kind: 'text', text: said, ...(attachments.length > 0 ? { attachments } : {}) }
}

function inOneLanguage(content: JsonObject): JsonObject | null {
  if (Array.isArray(content.content)) return content
  const languages = ['zh_cn', 'en_us', 'ja_jp', ...Object.keys(content)]
  const first = languages.map((name) => objectOf(content[name])).find((body) => Array.isArray(body.content))
  return first ?? null
}

function words(element: JsonObject, around: Around, attachments: InboundAttachment[]): string {
  const said = textOf(element.text)
  switch (element.tag) {
    case 'a':
      return link(said, textOf(element.href))
    case 'at':
      return at(element, around)
    case 'img': {
      const key = textOf(element.image_key)
      if (key) attachments.push(resource(around, key, 'image', `${key}.jpg`, 'image/jpeg'))
      return ''
    }
    case 'media': {
      const key = textOf(element.file_key)
      if (key) attachments.push(resource(around, key, 'file', `${key}.mp4`, 'video/mp4'))
      return ''
    }
    case 'emotion':
      return emotion(element.emoji_type)
    case 'hr':
      return '\n'
    default:
      return said
  }
}

function link(said: string, href: string): string {
  if (!href || said === href) return said || href
  return said ? `${said} ${href}` : href
}

function at(element: JsonObject, around: Around): string {
  const id = textOf(element.user_id)
  if (id === 'all' || id === '@_all') return '@_all'
  // Events write the key of the mention here, messages that are read back write the open_id.
  const known = around.mentions.find((mention) => mention.key === id || (id && mention.openId === id))
  const name = textOf(element.user_name)
  return known ? known.key : name ? `@${name}` : ''
}

function emotion(type: JsonValue | undefined): string {
  const name = textOf(type)
  return name ? `[${name}]` : ''
}
