import { language } from '../../ui/language.ts'
import { inBusinessZone, toBox } from '../../ui/zone.ts'
import { intentWords, sentimentWords, urgencyWords } from '../words/terms.ts'

/** Words of the enumerated fields, by field. */
export const choices: Readonly<Record<string, Readonly<Record<string, readonly [string, string]>>>> = {
  intent: intentWords,
  urgency: urgencyWords,
  sentiment: sentimentWords,
}

interface AddressValue {
  readonly province?: string | null
  readonly city?: string | null
  readonly district?: string | null
  readonly detail?: string | null
}

function addressText(value: AddressValue): string {
  // Municipalities name province and city alike; nobody says 上海市上海市.
  const parts = [
    value.province === value.city ? null : value.province,
    value.city,
    value.district,
    value.detail,
  ]
  return parts.filter(Boolean).join(language.get() === 'zh' ? '' : ' ')
}

function momentText(iso: string): string {
  return new Intl.DateTimeFormat(language.get() === 'zh' ? 'zh-CN' : 'en-GB', {
    ...inBusinessZone(),
    month: 'numeric',
    day: 'numeric',
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
  }).format(new Date(iso))
}

function appointmentText(value: { readonly start?: string | null; readonly end?: string | null }): string {
  const { start, end } = value
  if (start && end) {
    const sameDay = toBox(start).slice(0, 10) === toBox(end).slice(0, 10)
    return `${momentText(start)} – ${sameDay ? momentText(end).slice(-5) : momentText(end)}`
  }
  if (start) return momentText(start)
  return end ? `≤ ${momentText(end)}` : ''
}

/** A field's value in the person's language; empty when there is none. */
export function valueText(name: string, value: unknown, yes: string, no: string): string {
  if (value === null || value === undefined || value === '') return ''
  if (typeof value === 'boolean') return value ? yes : no
  if (name === 'address' && typeof value === 'object') return addressText(value as AddressValue)
  if (name === 'appointment' && typeof value === 'object') return appointmentText(value as { start?: string })
  const word = choices[name]?.[String(value)]
  if (word) return word[language.get() === 'zh' ? 0 : 1]
  if (Array.isArray(value)) return value.map(String).join(language.get() === 'zh' ? '、' : ', ')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
