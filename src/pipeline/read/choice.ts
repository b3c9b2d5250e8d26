const numerals = '一二三四五六七八九'

/** What people type around the number of a choice: 选1, 第2个, 3号, (1), 1. */
const numbered = /^(?:我?选|选择|第|no|option|number)?(?:(\d)|([一二三四五六七八九]))(?:个|号|项)?$/

/** Whoever writes more says something of their own. */
const longest = 200

const bare = (text: string) =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '')

/**
 * Which of the offered replies somebody's words are: its number as people write it, or its own words, apart from case, spaces and
 * marks. Null when they say anything else.
 */
export function readChoice(text: string, replies: readonly string[]): string | null {
  if (text.length > longest) return null
  const said = bare(text)
  if (said === '') return null
  const same = replies.find((reply) => bare(reply) === said)
  if (same !== undefined) return same
  const [, digit, numeral] = numbered.exec(said) ?? []
  const place = digit ? Number(digit) : numeral ? numerals.indexOf(numeral) + 1 : 0
  return replies[place - 1] ?? null
}
