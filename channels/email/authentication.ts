import { type HeaderField, headerOf } from './mime/fields.ts'

interface Result {
  readonly method: string
  readonly result: string
  /** It is about the name that the sending server gave itself, and not about the address of the mail. */
  readonly ofHelo: boolean
}

/**
 * Whether the server that received a mail says itself that its sender is forged (RFC 8601): DMARC failed, or, where nothing is known
 * of DMARC, SPF failed and no DKIM signature holds. Only the topmost Authentication-Results counts, for servers write theirs on top;
 * what stands below may have come with the mail. Pure and total; a field that says nothing proves nothing.
 */
export function isForged(fields: readonly HeaderField[]): boolean {
  const results = resultsOf(headerOf(fields, 'authentication-results'))
  const says = (method: string, ...words: readonly string[]) =>
    results.some((each) => each.method === method && !each.ofHelo && words.includes(each.result))
  if (says('dmarc', 'fail')) return true
  if (says('dmarc', 'pass', 'bestguesspass')) return false
  return says('spf', 'fail', 'hardfail', 'softfail') && !says('dkim', 'pass')
}

function resultsOf(value: string): Result[] {
  return statementsOf(value).flatMap((statement) => {
    const found = /^\s*(spf|dkim|dmarc)\s*(?:\/\s*\d+\s*)?=\s*([a-z]+)/i.exec(statement)
    if (!found) return []
    const ofHelo = /\bsmtp\.helo\s*=/i.test(statement) && !/\bsmtp\.mailfrom\s*=/i.test(statement)
    return [{ method: found[1]!.toLowerCase(), result: found[2]!.toLowerCase(), ofHelo }]
  })
}

/** The statements of a field without comments and quoted words: the sender chose what stands in those. */
function statementsOf(value: string): string[] {
  let plain = ''
  let depth = 0
  let quoted = false
  for (let at = 0; at < value.length; at++) {
    const char = value[at]!
    if (char === '\\' && (quoted || depth > 0)) at++
    else if (quoted) quoted = char !== '"'
    else if (char === '(') depth++
    else if (depth > 0) {
      if (char === ')' && --depth === 0) plain += ' '
    } else if (char === '"') quoted = true
    else plain += char
  }
  return plain.split(';')
}
