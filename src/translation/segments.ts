/** A sentence of a text, and the white space that stands behind it. */
export interface Segment {
  readonly text: string
  readonly gap: string
}

/** A short word with a full stop is as often an abbreviation (Mr., Nr.) as an end: what follows stays with it. */
const abbreviation = /(?:^|[\s(])\p{Script=Latin}{1,4}\.$/u
const lineBreak = /[\n\r\u2028\u2029\v\f\u0085]/

/** Cuts a text into sentences that hold no line breaks; put together with their gaps they are the text again. */
export function segmentsOf(text: string, lang: string | null): readonly Segment[] {
  const cutter = new Intl.Segmenter(lang ?? 'en', { granularity: 'sentence' })
  const found: { text: string; gap: string }[] = []
  for (const { segment } of cutter.segment(text)) {
    const bare = segment.trim()
    const at = bare === '' ? segment.length : segment.indexOf(bare)
    const lead = segment.slice(0, at)
    const last = found.at(-1)
    if (last) last.gap += lead
    if (bare === '') continue
    // A line break inside a sentence ends it too: what is sent has one sentence on a line.
    const lines = bare.split(/(\s*[\n\r\u2028\u2029\v\f\u0085]+\s*)/)
    for (let i = 0; i < lines.length; i += 2) {
      const before = found.at(-1)
      if (before && abbreviation.test(before.text) && !lineBreak.test(before.gap)) {
        before.text += before.gap + lines[i]!
        before.gap = lines[i + 1] ?? ''
      } else found.push({ text: lines[i]!, gap: lines[i + 1] ?? '' })
    }
    found.at(-1)!.gap = segment.slice(at + bare.length)
  }
  return found
}

/** Languages that put nothing between sentences. */
const unspaced = /^(?:zh|ja|th)/

/** The translated sentences as a text: line breaks stay, other gaps are those of the language. */
export function joined(segments: readonly Segment[], translations: readonly string[], to: string): string {
  const between = unspaced.test(to) ? '' : ' '
  return segments
    .map(
      ({ gap }, i) =>
        translations[i]! + (i === segments.length - 1 ? '' : lineBreak.test(gap) ? gap : between),
    )
    .join('')
}
