/** Texts that are held against a form's pattern are at most this long. */
export const maxPatternInput = 200
const maxPatternLength = 200
// About 20 ms of backtracking for a text of full length that fails at every start.
const maxWays = 100_000

/** A reader of a pattern that counts in how many ways a text could be split among its choices. */
interface Reader {
  readonly source: string
  at: number
}

class Unsupported extends Error {}

function readClass(reader: Reader): void {
  for (reader.at++; reader.at < reader.source.length; reader.at++) {
    if (reader.source[reader.at] === '\\') reader.at++
    else if (reader.source[reader.at] === ']') {
      reader.at++
      return
    }
  }
  throw new Unsupported()
}

function readEscape(reader: Reader): void {
  const next = reader.source[reader.at + 1]
  // References to earlier groups make matching exponential.
  if (next === undefined || /[1-9k]/.test(next)) throw new Unsupported()
  reader.at += 2
  if ((next === 'p' || next === 'P' || next === 'u') && reader.source[reader.at] === '{') {
    const end = reader.source.indexOf('}', reader.at)
    if (end < 0) throw new Unsupported()
    reader.at = end + 1
  }
}

/** Ways of one atom: 1 for a character, those of its alternatives for a group. */
function readAtom(reader: Reader): number {
  const char = reader.source[reader.at]!
  if (char === '[') readClass(reader)
  else if (char === '\\') readEscape(reader)
  else if (char === '(') {
    reader.at++
    if (reader.source[reader.at] === '?') {
      if (reader.source[reader.at + 1] !== ':') throw new Unsupported()
      reader.at += 2
    }
    const ways = readAlternatives(reader)
    if (reader.source[reader.at] !== ')') throw new Unsupported()
    reader.at++
    return ways
  } else reader.at++
  return 1
}

const bounds = /^\{(\d{1,4})(?:(,)(\d{1,4})?)?\}/

/** Least and most repetitions after an atom. */
function readQuantifier(reader: Reader): readonly [number, number] {
  const char = reader.source[reader.at]
  const braces = char === '{' ? bounds.exec(reader.source.slice(reader.at)) : null
  let range: readonly [number, number] = [1, 1]
  if (char === '*' || char === '+' || char === '?') {
    reader.at++
    range = [char === '+' ? 1 : 0, char === '?' ? 1 : maxPatternInput]
  } else if (braces) {
    reader.at += braces[0].length
    const least = Number(braces[1])
    range = [least, braces[2] ? Number(braces[3] ?? maxPatternInput) : least]
  } else return range
  if (reader.source[reader.at] === '?') reader.at++
  return range
}

function readAlternatives(reader: Reader): number {
  let total = 0
  let ways = 1
  while (reader.at < reader.source.length && reader.source[reader.at] !== ')') {
    if (reader.source[reader.at] === '|') {
      total += ways
      ways = 1
      reader.at++
      continue
    }
    const atom = readAtom(reader)
    const [least, most] = readQuantifier(reader)
    ways *= atom ** most * (most - least + 1)
  }
  return total + ways
}

/**
 * Why a form may not use a pattern, or null when it may: it must be a regular expression (`u` flag) without look-around and
 * back-references, at most 200 characters, whose choices cannot make matching a text of 200 characters slow. Nested
 * repetition such as `(a+)+` is refused, `^[A-Z]{2}\d{6,8}$` is fine.
 */
export function patternFault(pattern: string): 'too_long' | 'syntax' | 'unsupported' | 'too_slow' | null {
  if (pattern.length > maxPatternLength) return 'too_long'
  try {
    new RegExp(pattern, 'u')
  } catch {
    return 'syntax'
  }
  try {
    const ways = readAlternatives({ source: pattern, at: 0 })
    return ways <= maxWays ? null : 'too_slow'
  } catch (error) {
    if (error instanceof Unsupported) return 'unsupported'
    throw error
  }
}
