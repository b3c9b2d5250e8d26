import type { EngineName, SetName } from './case.ts'
import { type Change, changesOf } from './changes.ts'
import { type CaseOutcome, confusedFields, type Figures, tableOf, toldOf } from './outcome.ts'

/** A set as one run read it. */
export interface SetReport {
  readonly engine: EngineName
  readonly figures: Figures
  readonly outcomes: { readonly [caseId: string]: CaseOutcome | null }
}

/** What `npm run eval --json` writes, and reads again as the version to compare with. */
export interface Report {
  readonly version: string
  readonly sets: { readonly [K in SetName]?: SetReport }
}

/** What changed in the cases that both runs have, worst first. */
export function changesBetween(before: SetReport | undefined, after: SetReport): Change[] {
  if (!before) return []
  const order = { worse: 0, other: 1, better: 2 }
  return Object.entries(after.outcomes)
    .flatMap(([id, outcome]) => {
      const was = before.outcomes[id]
      return was === undefined ? [] : changesOf(id, was, outcome)
    })
    .sort((a, b) => order[a.direction] - order[b.direction])
}

const percent = (share: number) => (share * 100).toFixed(1).padStart(7)

/** A set's figures as a table for a terminal. */
export function figuresText(set: SetName, { engine, figures }: SetReport): string {
  const rows = tableOf(figures).map(
    (f) =>
      `${f.field.padEnd(20)}${percent(f.precision)}${percent(f.recall)}${percent(f.f1)}` +
      [f.tp, f.fp, f.fn, f.hallucinated].map((n) => String(n).padStart(7)).join(''),
  )
  const head = `${'field'.padEnd(20)}      P      R     F1  right  false missed halluc`
  const unanswered = figures.unanswered > 0 ? `, ${figures.unanswered} without an answer` : ''
  const title = `${set}: ${figures.cases} cases, engine ${engine}${unanswered}, ${figures.traps} traps`
  return [
    title,
    head,
    ...rows,
    ...toldText(figures),
    ...confusedFields.flatMap((field) => confusionText(field, figures)),
  ].join('\n')
}

/** What was said of values and what came true: by tenths, then how many people are asked about and how many fill in silently. */
function toldText(figures: Figures): string[] {
  const told = toldOf(figures)
  if (!told) return []
  const share = ({ n, right }: { n: number; right: number }) => `${right} of ${n} right`
  return [
    '',
    `confidence: ${told.n} values, expected calibration error ${(told.error * 100).toFixed(1)}`,
    `${'said'.padEnd(12)} values   said  right`,
    ...told.tenths.map(
      ({ from, n, told: said, right }) =>
        `${from.toFixed(1)} to ${(from + 0.1).toFixed(1)}  ${String(n).padStart(7)}${percent(said)}${percent(right)}`,
    ),
    `please confirm: ${share(told.asked)}; filled in: ${share(told.silent)}`,
  ]
}

/** A confusion matrix: a line per expected class, a column per found one; what is right stands on the diagonal. */
function confusionText(field: string, figures: Figures): string[] {
  const matrix = figures.confusion[field]
  if (!matrix) return []
  const names = classesOf(matrix)
  const letter = (i: number) => (i < 26 ? String.fromCharCode(97 + i) : String(i))
  const cells = (expected: string) =>
    names.map((found) => String(matrix[expected]?.[found] ?? '.').padStart(4)).join('')
  const head = `  ${names.map((_, i) => letter(i).padStart(4)).join('')}  <- found as`
  return [
    '',
    `${field}, expected by line`,
    head,
    ...names.map((name, i) => `  ${cells(name)}  ${letter(i)} ${name || '(none)'}`),
  ]
}

/** Every class of a matrix, those that were expected first. */
function classesOf(matrix: Figures['confusion'][string]): string[] {
  const found = Object.values(matrix).flatMap((row) => Object.keys(row))
  return [...new Set([...Object.keys(matrix).sort(), ...found.sort()])]
}

/** The changed cases, one line each. */
export function changesText(changes: readonly Change[], against: string): string {
  const count = (direction: Change['direction']) => changes.filter((c) => c.direction === direction).length
  const head = `against ${against}: ${count('worse')} worse, ${count('better')} better, ${count('other')} otherwise different`
  const lines = changes.map(({ caseId, field, direction, before, after }) => {
    const show = (side: Change['before']) => `${JSON.stringify(side.found)} (${side.verdict})`
    return `  ${direction.padEnd(7)}${caseId} ${field}: ${show(before)} -> ${show(after)}`
  })
  return [head, ...lines].join('\n')
}

const gatePattern =
  /^(?:(\w+):)?(?:([\w.]+)\.)?(precision|recall|f1|hallucinated|traps|unanswered|worse|calibration)(>=|<=|<|>|=)([\d.]+)$/

/** A condition that a run must meet. */
export interface Gate {
  readonly text: string
  readonly set: string | undefined
  readonly field: string
  readonly metric: string
  readonly holds: (value: number) => boolean
}

/** Reads `[SET:][FIELD.]METRIC OP NUMBER`, e.g. `phone.f1>=0.97`, `dialogues:worse=0`; null when it is none. */
export function readGate(text: string): Gate | null {
  const match = gatePattern.exec(text.replaceAll(' ', ''))
  if (!match) return null
  const [, set, field, metric, operator, number] = match
  const bound = Number(number)
  if (Number.isNaN(bound)) return null
  const tests: Readonly<Record<string, (value: number) => boolean>> = {
    '>=': (value) => value >= bound,
    '<=': (value) => value <= bound,
    '<': (value) => value < bound,
    '>': (value) => value > bound,
    '=': (value) => value === bound,
  }
  return { text, set, field: field ?? 'all', metric: metric!, holds: tests[operator!]! }
}

/** Why a gate does not hold, one line per set; a gate that nothing in the run can be held against does not hold either. */
export function failures(
  gate: Gate,
  run: readonly { readonly set: SetName; readonly report: SetReport; readonly changes: readonly Change[] }[],
): string[] {
  const of = run.filter(({ set }) => gate.set === undefined || gate.set === set)
  const values = of.flatMap(({ set, report, changes }) => {
    const value = metricOf(gate, report.figures, changes)
    return value === null ? [] : [{ set, value }]
  })
  if (values.length === 0) return [`${gate.text}: there is no such figure in this run`]
  return values
    .filter(({ value }) => !gate.holds(value))
    .map(({ set, value }) => `${gate.text}: ${set} has ${Number.isInteger(value) ? value : value.toFixed(4)}`)
}

function metricOf(gate: Gate, figures: Figures, changes: readonly Change[]): number | null {
  if (gate.metric === 'traps') return figures.traps
  if (gate.metric === 'calibration') return toldOf(figures)?.error ?? null
  if (gate.metric === 'unanswered') return figures.unanswered
  if (gate.metric === 'worse')
    return changes.filter((c) => c.direction === 'worse' && (gate.field === 'all' || c.field === gate.field))
      .length
  const row = tableOf(figures).find(({ field }) => field === gate.field)
  return row ? row[gate.metric as 'precision' | 'recall' | 'f1' | 'hallucinated'] : null
}
