import { z } from 'zod'
import { both } from './faults.ts'

/** Codes of Chinese landlines: three digits, or four that begin with 03 to 09. */
const areaCode = /^(?:010|02[0-5789]|0[3-9]\d\d)/
/** 0532-80901234-8012: the third part is an extension. */
const dashed = /^(\D{0,8}0\d{2,3}\)?[- ]?[2-9]\d{6,7})-(\d{1,5})$/
const mobile = /^1[3-9]\d{9}$/
/** Numbers of companies: never a person's own, but where a customer is reached. */
const service = /^[48]00[- ]?\d{3}[- ]?\d{4}$|^[48]00[- ]?\d{4}[- ]?\d{3}$/

/**
 * The number of a person that a text holds: 11 digits for a mobile, `area-number` with an optional `-extension` for a landline,
 * `+…` for a foreign one, the bare 7 or 8 digits of a local one. Null when the text is no whole number.
 */
export function personsNumber(text: string): string | null {
  const [main = '', extension] = text.replace(dashed, '$1转$2').split(/转|分机号?|ext\.?|x(?=\s?\d+$)/i)
  const foreign = /^\s*(?:\+|00)(?!86)\s*[\d(]/.test(main)
  if (/[A-Za-z]/.test(main.replace(/[A-Za-z]+\s*[:：]/g, ''))) return null
  const digits = main.replace(/\D/g, '')
  if (foreign) return digits.length >= 8 && digits.length <= 15 ? `+${digits.replace(/^00/, '')}` : null
  if (/^85[23][2-9]\d{7}$/.test(digits)) return `+${digits}`
  const local = digits.replace(/^(?:0086|86)(?=1[3-9]\d{9}$|0?\d{2,3}[2-9]\d{6,7}$)/, '')
  if (mobile.test(local)) return local
  const abroad = local !== digits && !local.startsWith('0')
  return landline(abroad ? `0${local}` : local, extension?.replace(/\D/g, ''))
}

function landline(digits: string, extension: string | undefined): string | null {
  const tail = extension ? `-${extension}` : ''
  const code = areaCode.exec(digits)?.[0]
  if (code) {
    const number = digits.slice(code.length)
    return /^[2-9]\d{6,7}$/.test(number) ? `${code}-${number}${tail}` : null
  }
  return /^[2-9]\d{6,7}$/.test(digits) && !/^[48]00\d/.test(digits) ? `${digits}${tail}` : null
}

/** What a phone number may be, for the sentences about one that is none. */
export const phoneHint = {
  zh: '手机号、带区号的座机、400 电话，或以 + 开头的国际号码',
  en: 'a mobile, a landline with its area code, a 400 number, or an international number that begins with +',
}

/** A number by which somebody can be called, as it was typed and without blanks around it; an empty box is null. */
export const phoneNumber = z
  .string()
  .nullable()
  .transform((typed) => typed?.trim() || null)
  .pipe(
    z
      .string()
      .max(40)
      .refine(isCallable, both(`应为${phoneHint.zh}`, `must be ${phoneHint.en}`))
      .nullable(),
  )

function isCallable(text: string): boolean {
  if (service.test(text)) return true
  return /^(?:[\d+()（）.\s-]|转|分机号?|ext\.?|x)+$/i.test(text) && personsNumber(text) !== null
}
