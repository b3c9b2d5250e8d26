/**
 * Ticket numbers: `T`, the sequence, and a Luhn check digit, so that a number read out on the phone with one wrong or two
 * swapped digits names no other ticket (ISO/IEC 7812-1 annex B).
 */

function checkDigit(digits: string): number {
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i])
    const weighed = i % 2 === 0 ? digit * 2 : digit
    sum += weighed > 9 ? weighed - 9 : weighed
  }
  return (10 - (sum % 10)) % 10
}

/** The number of the ticket at a place in the sequence. Throws RangeError unless it is a positive safe integer. */
export function ticketNumber(sequence: number): string {
  if (!Number.isSafeInteger(sequence) || sequence <= 0)
    throw new RangeError(`no ticket number for ${sequence}`)
  return `T${sequence}${checkDigit(String(sequence))}`
}

/**
 * Reads a number as people write and say it: any case, full-width characters, spaces, dots and hyphens between the digits,
 * with or without the `T`. Null when it is not one or its check digit is wrong.
 */
export function parseTicketNumber(text: string): string | null {
  if (text.length > 40) return null
  const digits = /^T?(\d{2,16})$/.exec(
    text
      .normalize('NFKC')
      .toUpperCase()
      .replace(/[\s.\-–—#]/g, ''),
  )?.[1]
  if (!digits || digits.startsWith('0')) return null
  return checkDigit(digits.slice(0, -1)) === Number(digits.slice(-1)) ? `T${digits}` : null
}
