/** One value that was read, and whether it was right. */
export interface Sample {
  /** The field's name. */
  readonly field: string
  /** Who gave it and what the other engine said of it: a `Situation`. */
  readonly by: string
  /** What the engine itself said, 0 to 1. */
  readonly raw: number
  readonly right: boolean
  /** How many values it stands for; 1 when absent. */
  readonly weight?: number
}

/** From this raw confidence on, values were right with this chance; `n` is how many values that was seen on, by weight. */
export interface Step {
  readonly from: number
  readonly chance: number
  readonly n: number
}

/** Steps by situation and field, rising in both members; `*` stands for fields that were not seen. */
export interface Calibration {
  readonly [situation: string]: { readonly [field: string]: readonly Step[] }
}

/** How many values of its kind the expectation before any was seen counts for. */
const priorWeight = 6

/** The share of right values that is expected of a situation before one was seen. */
export type Priors = Readonly<Record<string, number>>

const round = (value: number) => Math.round(value * 1000) / 1000

interface Block {
  readonly from: number
  readonly chance: number
  readonly n: number
}

const weightOf = ({ weight = 1 }: { readonly weight?: number }) => weight
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)

/** Pools neighbours that fall until chances rise with the raw confidence: isotonic regression. */
function rising(blocks: readonly Block[]): Block[] {
  const out: Block[] = []
  for (const block of blocks) {
    let last = block
    for (let before = out.at(-1); before && before.chance >= last.chance; before = out.at(-1)) {
      out.pop()
      const n = before.n + last.n
      last = { from: before.from, chance: (before.chance * before.n + last.chance * last.n) / n, n }
    }
    out.push(last)
  }
  return out
}

/** A share that was seen on `n` values, drawn toward what is expected, the more the fewer they are. */
const drawn = (share: number, n: number, expected: number) =>
  (share * n + expected * priorWeight) / (n + priorWeight)

function shareRight(samples: readonly Sample[]): { readonly share: number; readonly n: number } {
  const n = sum(samples.map(weightOf))
  const right = sum(samples.filter((sample) => sample.right).map(weightOf))
  return { share: n === 0 ? 0 : right / n, n }
}

function stepsOf(samples: readonly Sample[], expected: number): Step[] {
  const blocks = [...Map.groupBy(samples, ({ raw }) => round(raw))]
    .sort(([a], [b]) => a - b)
    .map(([from, at]): Block => {
      const { share, n } = shareRight(at)
      return { from, chance: share, n }
    })
  const whole = shareRight(samples)
  const toward = drawn(whole.share, whole.n, expected)
  const smooth = rising(rising(blocks).map((b) => ({ ...b, chance: drawn(b.chance, b.n, toward) })))
  return smooth.map(({ from, chance, n }) => ({ from, chance: round(chance), n: round(n) }))
}

/**
 * A monotone map from an engine's own confidence to the share of values that are right, for each situation and field: isotonic
 * regression, drawn toward the field's share and that toward the situation's where there are few values. The order of the
 * samples does not matter. Pure.
 */
export function mapOf(samples: readonly Sample[], priors: Priors): Calibration {
  const situations: Record<string, Record<string, readonly Step[]>> = {}
  const bySituation = Map.groupBy(samples, ({ by }) => by)
  for (const by of [...new Set([...Object.keys(priors), ...bySituation.keys()])].sort()) {
    const all = bySituation.get(by) ?? []
    const { share, n } = shareRight(all)
    const expected = drawn(share, n, priors[by] ?? 0.5)
    const fields: Record<string, readonly Step[]> = {
      '*': [{ from: 0, chance: round(expected), n: round(n) }],
    }
    const byField = Map.groupBy(all, ({ field }) => field)
    for (const field of [...byField.keys()].sort()) fields[field] = stepsOf(byField.get(field)!, expected)
    situations[by] = fields
  }
  return situations
}

/** The chance that a value is right. A raw confidence below every one that was seen has the lowest step's chance. */
export function chanceOf(calibration: Calibration, by: string, field: string, raw: number): number {
  const steps = calibration[by]?.[field] ?? calibration[by]?.['*']
  if (!steps || steps.length === 0) return raw
  return (steps.findLast(({ from }) => from <= round(raw)) ?? steps[0]!).chance
}

/** A map as a file holds it: a line `situation, field, from, chance, n` per step, parted by tabs. */
export function writeCalibration(calibration: Calibration): string {
  return Object.entries(calibration)
    .flatMap(([by, fields]) =>
      Object.entries(fields).flatMap(([field, steps]) =>
        steps.map(({ from, chance, n }) => `${[by, field, from, chance, n].join('\t')}\n`),
      ),
    )
    .join('')
}

/** Reads what `writeCalibration` wrote. */
export function readCalibration(text: string): Calibration {
  const situations: Record<string, Record<string, Step[]>> = {}
  for (const line of text.split('\n')) {
    const [by, field, from, chance, n] = line.split('\t')
    if (!by || !field) continue
    situations[by] ??= {}
    situations[by][field] ??= []
    situations[by][field].push({ from: Number(from), chance: Number(chance), n: Number(n) })
  }
  return situations
}

/** A chance that was said of a value, and whether the value was right. */
export interface Told {
  readonly chance: number
  readonly right: boolean
  readonly weight?: number
}

/** How far what was said lies from what came true. */
export interface Reliability {
  readonly n: number
  /** Expected calibration error: mean distance of chance and share right over bins of ten percent, weighted by their values. */
  readonly error: number
  /** Mean squared distance of chance and truth. */
  readonly brier: number
  readonly bins: readonly {
    readonly from: number
    readonly n: number
    readonly told: number
    readonly right: number
  }[]
}

/** Reliability of what was said; of nothing it is without error. */
export function reliabilityOf(told: readonly Told[]): Reliability {
  const n = sum(told.map(weightOf))
  const mean = (of: readonly Told[], value: (one: Told) => number) =>
    sum(of.map((one) => value(one) * weightOf(one))) / sum(of.map(weightOf))
  const bins = [...Map.groupBy(told, ({ chance }) => Math.min(9, Math.floor(chance * 10)))]
    .sort(([a], [b]) => a - b)
    .map(([at, of]) => ({
      from: at / 10,
      n: sum(of.map(weightOf)),
      told: mean(of, ({ chance }) => chance),
      right: mean(of, ({ right }) => Number(right)),
    }))
  return {
    n,
    error: sum(bins.map((bin) => (bin.n / n) * Math.abs(bin.told - bin.right))),
    brier: n === 0 ? 0 : mean(told, ({ chance, right }) => (chance - Number(right)) ** 2),
    bins,
  }
}

/**
 * What a map that never saw a case would have said of it: the cases in `folds` parts, each told by a map of the others.
 * `groups` are the values of one case.
 */
export function crossTold(
  groups: readonly (readonly Sample[])[],
  learn: (samples: readonly Sample[]) => Calibration,
  folds = 5,
): (Told & Sample)[] {
  return Array.from({ length: folds }, (_, fold) => {
    const calibration = learn(groups.filter((_, i) => i % folds !== fold).flat())
    return groups
      .filter((_, i) => i % folds === fold)
      .flat()
      .map((sample) => ({ ...sample, chance: chanceOf(calibration, sample.by, sample.field, sample.raw) }))
  }).flat()
}
