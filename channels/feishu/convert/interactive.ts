import type { JsonValue } from '../../../src/kernel/json.ts'
import { textOf } from '../shape.ts'
import type { Converter } from './converted.ts'

/** Words that a card of either generation shows stand under these members, in reading order. */
const wordy = ['title', 'header', 'body', 'elements', 'columns', 'fields', 'text', 'content', 'actions']
const deepest = 12

/** A card that somebody forwarded or another app sent: its words, each line once. */
export const interactive: Converter = (content) => {
  const words: string[] = []
  gather(content, words, 0)
  const text = [...new Set(words.map((word) => word.trim()).filter(Boolean))].join('\n')
  return { kind: 'card', text: text || '[卡片]' }
}

function gather(value: JsonValue | undefined, words: string[], depth: number): void {
  if (value === undefined || value === null || depth > deepest) return
  if (typeof value === 'string') words.push(value)
  else if (Array.isArray(value)) for (const one of value) gather(one, words, depth + 1)
  else if (typeof value === 'object') {
    for (const name of wordy) gather(value[name], words, depth + 1)
    const href = textOf(value.href)
    if (href && value.tag === 'a') words.push(href)
  }
}
