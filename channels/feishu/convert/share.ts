import { textOf } from '../shape.ts'
import type { Converter } from './converted.ts'

/** `{"chat_id": "oc_…"}`: the card of a group. */
export const shareChat: Converter = (content) => ({
  kind: 'card',
  text: `[群名片] ${textOf(content.chat_id)}`.trim(),
})

/** `{"user_id": "ou_…"}`: the card of a person. */
export const shareUser: Converter = (content) => ({
  kind: 'card',
  text: `[个人名片] ${textOf(content.user_id)}`.trim(),
})
