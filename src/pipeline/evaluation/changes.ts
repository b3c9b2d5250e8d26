import { canonicalJson } from '../../kernel/hash.ts'
import type { JsonValue } from '../../kernel/json.ts'
import { type CaseOutcome, type FieldOutcome, fieldsIn, type Verdict } from './outcome.ts'

/** A field of a case that two runs read differently. */
export interface Change {
  readonly caseId: string
  readonly field: string
  /** `other`: it is different, but as right or as wrong as before. */
  readonly direction: 'better' | 'worse' | 'other'
  readonly before: { readonly verdict: Verdict; readonly found: JsonValue }
  readonly after: { readonly verdict: Verdict; readonly found: JsonValue }
  readonly expected: JsonValue
}

/** A false value is worse than silence. A trap is worst. */
const ranks: Readonly<Record<Verdict, number>> = { right: 3, unscored: 3, missed: 2, wrong: 1, invented: 1 }

const rankOf = (one: FieldOutcome) => (one.trap ? 0 : ranks[one.verdict])
const nothing: FieldOutcome = { verdict: 'unscored', found: null }

/** What changed in one case from one run to another. Null: the engine gave no answer; then everything it read before is missing. */
export function changesOf(caseId: string, before: CaseOutcome | null, after: CaseOutcome | null): Change[] {
  if (before === null && after === null) return []
  return fieldsIn(before, after).flatMap((field): Change[] => {
    const was = before === null ? unanswered(after?.[field]) : (before[field] ?? nothing)
    const is = after === null ? unanswered(before?.[field]) : (after[field] ?? nothing)
    const found = [was.found ?? null, is.found ?? null] as const
    if (
      was.verdict === is.verdict &&
      was.trap === is.trap &&
      canonicalJson(found[0]) === canonicalJson(found[1])
    )
      return []
    // two spellings of the right answer are no change that anybody must look at
    if (was.verdict === 'right' && is.verdict === 'right') return []
    const step = rankOf(is) - rankOf(was)
    return [
      {
        caseId,
        field,
        direction: step > 0 ? 'better' : step < 0 ? 'worse' : 'other',
        before: { verdict: was.verdict, found: found[0] },
        after: { verdict: is.verdict, found: found[1] },
        expected: is.expected ?? was.expected ?? null,
      },
    ]
  })
}

/** A field of a case without an answer: missed, where there was something to find. */
function unanswered(other: FieldOutcome | undefined): FieldOutcome {
  const due = other !== undefined && other.verdict !== 'unscored' && other.verdict !== 'invented'
  return { verdict: due ? 'missed' : 'unscored', found: null }
}
