import { personsNumber } from '../../contract/phone.ts'
import { spoken } from '../spoken.ts'

/** The phone number that somebody said in words or digits; null when the words are no whole number. */
export function readPhone(quotes: readonly string[]): string | null {
  return personsNumber(quotes.map((quote) => spoken(quote).text).join(''))
}
