/** The values that a word names. */
export type Params = Readonly<Record<string, string | number>>

/**
 * Puts values into a text: `{n}` is the value of `n`, and `{n|ticket|tickets}` the first form where that is one, the second
 * otherwise: `{n} {n|ticket|tickets}`.
 */
export function fill(text: string, params: Params = {}): string {
  return text.replace(
    /\{(\w+)(?:\|([^|}]*)\|([^|}]*))?\}/g,
    (_, name: string, one: string | undefined, many: string) => {
      const value = String(params[name] ?? '')
      return one === undefined ? value : value === '1' ? one : many
    },
  )
}
