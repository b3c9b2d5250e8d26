import { entityName } from './entities.ts'
import { type ErrorCode, errors } from './errors.ts'

/** A number of bytes as people say it, never more than it is. */
function size(bytes: number): string {
  const [unit, per] = bytes >= 1024 ** 2 ? ['MB', 1024 ** 2] : bytes >= 1024 ? ['kB', 1024] : ['B', 1]
  return `${Math.floor((bytes / per) * 10) / 10} ${unit}`
}

type Params = Readonly<Record<string, unknown>>

/** What stands for a placeholder: a parameter, or what is made of one. */
function replacement(member: string, params: Params, lang: 'zh' | 'en'): string {
  if (member === 'what') return entityName(params.what, params.name, lang)
  if (params[member] !== undefined) return String(params[member] ?? '')
  // What a vendor's program is told has one wording.
  if (member === 'reasonZh') return String(params.reason ?? '')
  if (member.endsWith('Seconds'))
    return String(Math.ceil(Number(params[member.replace(/Seconds$/, 'Ms')]) / 1000))
  if (member.endsWith('Size')) return size(Number(params[member.replace(/Size$/, '')]))
  return ''
}

/** The sentence of a refusal for people. */
export function sentence(
  refusal: { readonly code: ErrorCode; readonly params: Params },
  lang: 'zh' | 'en',
): string {
  return errors[refusal.code][lang].replace(
    /\{(\w+)(?:\|([^|}]*)\|([^|}]*))?\}/g,
    (_, member: string, one: string | undefined, many: string) => {
      const value = replacement(member, refusal.params, lang)
      return one === undefined ? value : value === '1' ? one : many
    },
  )
}

/** A refusal that is kept with what it is about, in the words of both languages. */
export function inBothLanguages(refusal: Parameters<typeof sentence>[0]): {
  readonly code: ErrorCode
  readonly zh: string
  readonly en: string
} {
  return { code: refusal.code, zh: sentence(refusal, 'zh'), en: sentence(refusal, 'en') }
}
