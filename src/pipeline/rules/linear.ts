/** A feature of a text: its name and, where it stands in one, where. */
export interface Feature {
  readonly name: string
  /** How strongly it is present; 1 for a word that is there. */
  readonly value: number
}

/** A text of known class. */
export interface Labelled<C extends string> {
  readonly features: readonly Feature[]
  readonly of: C
}

/** Softmax regression over sparse features: small, trained in milliseconds, and able to say why. */
export interface LinearModel<C extends string> {
  readonly classes: readonly C[]
  /** Probabilities by class, in the order of `classes`. */
  predict(features: readonly Feature[]): readonly number[]
  /** What each feature adds to a class in favour of it, above its mean over all classes. */
  weight(name: string, of: C): number
  /** Every feature with its weights in hundredths, in the order of `classes`; what weighs next to nothing is left out. */
  rows(): readonly WeightRow[]
}

/** A feature and its weights in hundredths. */
export type WeightRow = readonly [name: string, weights: readonly number[]]

/** Weights below this many hundredths in all classes decide nothing. */
const negligible = 12

/** A trained model from its rows. */
export function restore<C extends string>(classes: readonly C[], rows: readonly WeightRow[]): LinearModel<C> {
  const index = new Map<string, number>()
  const weights = new Float32Array(rows.length * classes.length)
  for (const [i, [name, row]] of rows.entries()) {
    index.set(name, i)
    for (let c = 0; c < classes.length; c++) weights[i * classes.length + c] = row[c]! / 100
  }
  return modelOf(classes, index, weights)
}

/** How a model is trained. The seed fixes the order of the examples, so that training gives the same model every time. */
export interface Training {
  readonly epochs: number
  readonly rate: number
  /** Weight decay per step. */
  readonly decay: number
  /** How far rare classes weigh more: 0, each example alike, to 1, each class alike. */
  readonly balance: number
  /** Another order of the examples; default 0. */
  readonly seed?: number
}

/** Trains on examples by stochastic gradient descent with AdaGrad steps. */
export function train<C extends string>(
  classes: readonly C[],
  examples: readonly Labelled<C>[],
  { epochs, rate, decay, balance, seed = 0 }: Training,
): LinearModel<C> {
  const rows = rowsOf(examples)
  const width = classes.length
  const weightOf = balanced(examples, width, balance)
  const weights = new Float32Array(rows.size * width)
  const squares = new Float32Array(rows.size * width).fill(1e-6)
  const indexed = examples.map(({ features, of }) => ({
    ...known(features, rows, width),
    of: classes.indexOf(of),
    weight: weightOf(of),
  }))
  const scores = new Float64Array(width)
  // a prime that does not divide the number of examples reaches each of them
  const stride = indexed.length % 7919 === 0 ? 7907 : 7919
  // The last steps depend on the order of the examples: the mean over the second half of the way does much less.
  const mean = new Float64Array(weights.length)
  const every = Math.max(1, Math.floor(indexed.length / 4))
  let taken = 0
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (let i = 0; i < indexed.length; i++) {
      if (epoch > 0 && epoch >= epochs / 2 && i % every === 0) {
        for (let at = 0; at < weights.length; at++) mean[at]! += weights[at]!
        taken++
      }
      // a fixed stride walks through all examples in mixed order
      const example = indexed[(i * stride + epoch * (31 + seed) + seed) % indexed.length]!
      add(scores, weights, example.at, example.values)
      softmax(scores)
      scores[example.of]! -= 1
      for (let f = 0; f < example.at.length; f++) {
        const at = example.at[f]!
        const value = example.values[f]!
        for (let c = 0; c < width; c++) {
          const gradient = example.weight * scores[c]! * value + decay * weights[at + c]!
          squares[at + c]! += gradient * gradient
          weights[at + c]! -= (rate * gradient) / Math.sqrt(squares[at + c]!)
        }
      }
    }
  }
  if (taken > 0) for (let at = 0; at < weights.length; at++) weights[at] = mean[at]! / taken
  return modelOf(classes, rows, weights)
}

/** How much an example of a class weighs; 1 for a class that has its even share of the examples. */
function balanced<C extends string>(examples: readonly Labelled<C>[], width: number, balance: number) {
  const counts = new Map<C, number>()
  for (const { of } of examples) counts.set(of, (counts.get(of) ?? 0) + 1)
  return (of: C): number => (examples.length / width / counts.get(of)!) ** balance
}

/** A feature that only one example has teaches nothing about others. */
function rowsOf(examples: readonly Labelled<string>[]): Map<string, number> {
  const counts = new Map<string, number>()
  const rows = new Map<string, number>()
  for (const { features } of examples) {
    for (const { name } of features) {
      const count = (counts.get(name) ?? 0) + 1
      counts.set(name, count)
      if (count === leastExamples) rows.set(name, rows.size)
    }
  }
  return rows
}
const leastExamples = 2

function known(features: readonly Feature[], rows: ReadonlyMap<string, number>, width: number) {
  const kept = features.filter((f) => rows.has(f.name))
  return {
    at: Int32Array.from(kept, (f) => rows.get(f.name)! * width),
    values: Float32Array.from(kept, (f) => f.value),
  }
}

function add(scores: Float64Array, weights: Float32Array, at: Int32Array, values: Float32Array): void {
  scores.fill(0)
  for (let f = 0; f < at.length; f++)
    for (let c = 0; c < scores.length; c++) scores[c]! += weights[at[f]! + c]! * values[f]!
}

function softmax(scores: Float64Array): void {
  const top = Math.max(...scores)
  let total = 0
  for (let c = 0; c < scores.length; c++) total += scores[c] = Math.exp(scores[c]! - top)
  for (let c = 0; c < scores.length; c++) scores[c]! /= total
}

function modelOf<C extends string>(
  classes: readonly C[],
  rows: ReadonlyMap<string, number>,
  weights: Float32Array,
): LinearModel<C> {
  const width = classes.length
  return {
    classes,
    predict(features) {
      const scores = new Float64Array(width)
      const { at, values } = known(features, rows, width)
      add(scores, weights, at, values)
      softmax(scores)
      return Array.from(scores)
    },
    weight(name, of) {
      const row = rows.get(name)
      if (row === undefined) return 0
      let sum = 0
      for (let c = 0; c < width; c++) sum += weights[row * width + c]!
      return weights[row * width + classes.indexOf(of)]! - sum / width
    },
    rows() {
      const all = Array.from(rows, ([name, row]): WeightRow => {
        const of = weights.subarray(row * width, (row + 1) * width)
        return [name, Array.from(of, (weight) => Math.round(weight * 100))]
      })
      return all.filter(([, row]) => row.some((weight) => Math.abs(weight) >= negligible))
    },
  }
}
