/** Longest fault description, characters. */
const longest = 300

/** One clause as it is shown: the person's own words, outer fillers and punctuation gone. */
export function tidyClause(quote: string): string {
  return quote
    .replace(/\s+/g, ' ')
    .replace(/^(?:[\s,，。.;；:：!！?？、~]|嗯|呃|额|啊|哦|那个|就是说?|然后|喂|你好|您好)+/, '')
    .replace(/[\s,，。.;；:：、~]+$/, '')
}

/** The clauses of a fault description or summary, in order, each the words of one span. Null when nothing is left. */
export function readClauses(quotes: readonly string[]): string | null {
  const clauses = quotes.map(tidyClause).filter((clause) => clause !== '')
  const text = [...new Set(clauses)].join('；')
  return text === '' ? null : Array.from(text).slice(0, longest).join('')
}
