import type { JsonObject, JsonValue } from '../../src/kernel/json.ts'
import { listOf, objectOf, textOf } from './shape.ts'

/** A person or bot that a message names; `key` stands in the text (`@_user_1`). */
export interface Mention {
  readonly key: string
  readonly openId: string
  readonly name: string
  readonly isBot: boolean
}

/** The mentions of a message event. A bot is known by its mark, by its configured id, or because only people have a user_id. */
export function mentionsOf(value: JsonValue | undefined, botOpenId: string | undefined): readonly Mention[] {
  return listOf(value).flatMap((one) => {
    const mention: JsonObject = objectOf(one)
    const key = textOf(mention.key)
    if (!key) return []
    const id = objectOf(mention.id)
    const openId = textOf(id.open_id)
    const type = textOf(mention.mentioned_type)
    const isBot = type ? type === 'bot' : botOpenId ? openId === botOpenId : id.user_id === ''
    return [{ key, openId, name: textOf(mention.name), isBot }]
  })
}

/** The text with names for keys; mentions of bots, who are only called by them, are left out. */
export function withNames(text: string, mentions: readonly Mention[], keepBots = false): string {
  let named = text
  // The longest key first: `@_user_1` is the beginning of `@_user_12`.
  for (const { key, name, isBot } of [...mentions].sort((a, b) => b.key.length - a.key.length)) {
    if (isBot && !keepBots) named = named.split(key).map(trimAround).join('')
    else named = named.split(key).join(name ? `@${name}` : key)
  }
  return named.split('@_all').join('@所有人').trim()
}

/** Takes away the blanks that stood around a key, but not the lines. */
function trimAround(piece: string, index: number): string {
  return index === 0 ? piece.replace(/[ \t]+$/, ' ') : piece.replace(/^[ \t]+/, '')
}
