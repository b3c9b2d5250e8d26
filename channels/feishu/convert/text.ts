import type { Converter } from './converted.ts'

/** `{"text": "@_user_1 空调不制冷"}` */
export const text: Converter = (content) =>
  typeof content.text === 'string' ? { kind: 'text', text: content.text } : null
