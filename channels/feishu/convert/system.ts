import { listOf, textOf } from '../shape.ts'
import type { Converter } from './converted.ts'

/** `{"template": "{from_user} invited {to_chatters} …", "from_user": ["…"], …}`: nobody said it, Feishu shows it in the chat. */
export const system: Converter = (content) => {
  const text = textOf(content.template).replace(/\{([a-z_]{1,40})\}/g, (_, name: string) => {
    const value = content[name]
    return Array.isArray(value) ? listOf(value).map(textOf).join(', ') : textOf(value)
  })
  return { kind: 'event', text: text.trim() || '[系统消息]', automatic: 'bulk' }
}
