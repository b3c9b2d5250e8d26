import { type HeaderField, headerOf } from '../mime/fields.ts'
import { decodeWords } from '../mime/words.ts'

/** The line above a message that was forwarded whole, then who wrote it, when and about what. */
export function headingOf(fields: readonly HeaderField[]): string {
  const row = (label: string, name: string) => {
    const value = decodeWords(headerOf(fields, name).slice(0, 2000))
    return value === '' ? [] : [`${label}: ${value}`]
  }
  return [
    '---------- Forwarded message ----------',
    ...row('From', 'from'),
    ...row('Date', 'date'),
    ...row('Subject', 'subject'),
    ...row('To', 'to'),
  ].join('\n')
}
