import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { fitBeside, priors } from '../../src/pipeline/confidence/learn.ts'
import {
  chanceOf,
  crossTold,
  mapOf,
  readCalibration,
  reliabilityOf,
  type Sample,
  type Told,
  writeCalibration,
} from '../../src/pipeline/confidence/map.ts'
import { shippedCalibration } from '../../src/pipeline/confidence/shipped.ts'
import { firstLooks, labelledSamples } from '../../src/pipeline/confidence/train.ts'
import { casesOf } from '../../src/pipeline/evaluation/case.ts'
import { addFigures, figuresOf, noFigures, toldOf } from '../../src/pipeline/evaluation/outcome.ts'
import { evaluateCase } from '../../src/pipeline/evaluation/run.ts'
import { readByRules } from '../../src/pipeline/extract.ts'
import { confirmBelow } from '../../src/pipeline/reconcile.ts'
import { loadLexicon } from '../../src/pipeline/rules/lexicon.ts'

/** A generator of numbers that gives the same ones each time. */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}

/** Values of which a share is right that the raw confidence overstates. */
function made(n: number, seed: number, truth: (raw: number) => number): Sample[] {
  const next = numbers(seed)
  return Array.from({ length: n }, () => {
    const raw = Math.round((0.5 + next() / 2) * 100) / 100
    return { field: 'phone', by: 'rules', raw, right: next() < truth(raw) }
  })
}

describe('the map from raw confidence to the share that is right', () => {
  const truth = (raw: number) => (raw - 0.5) * 1.8
  const map = mapOf(made(20_000, 7, truth), priors)

  it('finds what the raw confidence overstates, within a few percent', () => {
    for (const raw of [0.6, 0.7, 0.8, 0.9, 0.97])
      expect(Math.abs(chanceOf(map, 'rules', 'phone', raw) - truth(raw)), String(raw)).toBeLessThan(0.08)
  })

  it('never falls where the raw confidence rises, whatever was seen', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const wild = mapOf(
        made(60, seed, (raw) => 1 - raw),
        priors,
      )
      const chances = Array.from({ length: 101 }, (_, i) => chanceOf(wild, 'rules', 'phone', i / 100))
      expect(chances).toEqual(chances.toSorted((a, b) => a - b))
    }
  })

  it('is the same in whatever order the cases come', () => {
    const samples = made(300, 3, truth)
    expect(mapOf(samples.toReversed(), priors)).toEqual(mapOf(samples, priors))
  })

  it('is the same when it was written to a file and read again', () => {
    expect(readCalibration(writeCalibration(map))).toEqual(map)
  })

  it('says little of what was seen once, and what is expected of what never was', () => {
    const once = mapOf([{ field: 'phone', by: 'agree', raw: 0.9, right: false }], priors)
    expect(chanceOf(once, 'agree', 'phone', 0.9)).toBeGreaterThan(0.5)
    expect(chanceOf(once, 'model.alone', 'phone', 0.75)).toBe(priors['model.alone'])
    expect(chanceOf(once, 'agree', 'serial_number', 0.9)).toBeLessThan(priors.agree!)
  })

  it('lets a hub’s own tickets outweigh the release as they come', () => {
    const wrong = (n: number): Sample[] =>
      Array.from({ length: n }, () => ({ field: 'phone', by: 'rules', raw: 0.98, right: false }))
    const after = [0, 5, 50, 500].map((n) =>
      chanceOf(fitBeside(shippedCalibration(), wrong(n)), 'rules', 'phone', 0.98),
    )
    expect(after).toEqual(after.toSorted((a, b) => b - a))
    expect(after[0]).toBeGreaterThan(0.9)
    expect(after[1]).toBeGreaterThan(0.7)
    expect(after[3]).toBeLessThan(0.15)
  })
})

const learn = (samples: readonly Sample[]) => mapOf(samples, priors)

describe('the expected calibration error', () => {
  const told = (chance: number, right: number, n: number): Told[] =>
    Array.from({ length: n }, (_, i) => ({ chance, right: i < right }))

  it('is that counted by hand', () => {
    // 0.95 said of 10, 9 right; 0.55 said of 10, 3 right: (0.05 + 0.25) / 2
    const { error, brier } = reliabilityOf([...told(0.95, 9, 10), ...told(0.55, 3, 10)])
    expect(error).toBeCloseTo(0.15, 10)
    expect(brier).toBeCloseTo((9 * 0.05 ** 2 + 0.95 ** 2 + 3 * 0.45 ** 2 + 7 * 0.55 ** 2) / 20, 10)
  })

  it('weighs values by what they stand for', () => {
    const heavy = [...told(0.95, 0, 1).map((one) => ({ ...one, weight: 9 })), ...told(0.05, 0, 1)]
    expect(reliabilityOf(heavy).error).toBeCloseTo(0.9 * 0.95 + 0.1 * 0.05, 10)
  })
})

describe('the confidence that the rules give, on labelled conversations', () => {
  let groups: Sample[][]
  beforeAll(async () => {
    groups = await labelledSamples()
  }, 120_000)

  it('has at least 150 conversations that the rules were not tuned on, in which they are sometimes wrong', () => {
    const unseen = groups.filter((group) => group.some(({ weight }) => weight === 1))
    expect(unseen.length).toBeGreaterThanOrEqual(150)
    const wrong = unseen.flat().filter(({ right }) => !right)
    expect(wrong.length).toBeGreaterThan(50)
  })

  it('is within three percent of what comes true on cases that the map did not see, where the raw one is further off', () => {
    const { error, brier } = reliabilityOf(crossTold(groups, learn))
    const raw = reliabilityOf(groups.flat().map((sample) => ({ ...sample, chance: sample.raw })))
    expect(error).toBeLessThan(0.03)
    expect(error).toBeLessThan(raw.error / 2)
    expect(brier).toBeLessThan(raw.brier)
  })

  it('is so for each field, as far as its cases go', () => {
    const byField = Map.groupBy(crossTold(groups, learn), ({ field }) => field)
    for (const [field, told] of byField) {
      const { n, error } = reliabilityOf(told)
      // a share of n values is known to about one over their root
      expect(error, field).toBeLessThan(0.05 + 0.75 / Math.sqrt(n))
    }
    expect([...byField.keys()].length).toBeGreaterThanOrEqual(13)
  })

  it('is shipped as the map of these cases: it holds on them', () => {
    const shipped = shippedCalibration()
    const told = groups
      .flat()
      .map((sample) => ({ ...sample, chance: chanceOf(shipped, sample.by, sample.field, sample.raw) }))
    expect(reliabilityOf(told).error, 'npm run -s eval:calibrate').toBeLessThan(0.03)
  })
})

describe('what people are asked to confirm', () => {
  const told = firstLooks()
    .flat()
    .map((sample) => ({
      ...sample,
      chance: chanceOf(shippedCalibration(), sample.by, sample.field, sample.raw),
    }))
  const right = (values: readonly Told[]) => values.filter((value) => value.right).length / values.length

  it('is more often wrong than what is filled in, where nobody had tuned the rules yet', () => {
    const [asked, silent] = [
      told.filter(({ chance }) => chance < confirmBelow),
      told.filter(({ chance }) => chance >= confirmBelow),
    ]
    expect(asked.length).toBeGreaterThan(10)
    expect(right(asked)).toBeLessThan(confirmBelow)
    expect(right(silent)).toBeGreaterThan(0.85)
  })

  it('is counted with the figures of a run', async () => {
    const lexicon = loadLexicon()
    const ports = {
      ...{ engine: 'rules' as const, lexicon: () => lexicon },
      rules: (input: Parameters<typeof readByRules>[0]) => readByRules(input, lexicon),
    }
    let figures = noFigures
    for (const item of casesOf(readFileSync('test/fixtures/eval/hard.jsonl', 'utf8')))
      figures = addFigures(figures, figuresOf(await evaluateCase(item, ports)))
    const { n, error, asked, silent, tenths } = toldOf(figures)!
    expect(asked.n + silent.n).toBe(n)
    expect(tenths.reduce((sum, tenth) => sum + tenth.n, 0)).toBe(n)
    expect(error).toBeLessThan(0.1)
  })
})
