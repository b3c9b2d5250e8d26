import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import { type Case, casesOf, shippedCases } from '../evaluation/case.ts'
import { readBoth } from '../evaluation/run.ts'
import { readByRules } from '../extract.ts'
import { loadLexicon } from '../rules/lexicon.ts'
import { priors, tunedWeight } from './learn.ts'
import { crossTold, mapOf, type Reliability, reliabilityOf, type Sample, writeCalibration } from './map.ts'
import { samplesOf } from './samples.ts'
import { calibrationFile } from './shipped.ts'

const help = `Learns from labelled cases how likely a value is right, and writes src/pipeline/data/confidence.tsv.

  npm run -s eval:calibrate -- [--check | --first-look FILE]

  --check            write nothing; exit 1 when the file is not what these cases and rules give
  --first-look FILE  keep how right the rules are on a labelled file in test/fixtures/eval that nobody has tuned them on: before its errors are read
  --help             this text

The same cases and rules give the same file. What came true at a first look counts in full, for ever; cases are read again and again
while rules are tuned on them, and count a fifth each. Of the model there are only the
recorded answers of prompts/, which were written by hand: what is said of it is provisional.
`

const folder = new URL('../../../test/fixtures/eval/', import.meta.url)

/** What came true when the rules read a set for the first time: set, case, field, by, raw and right (1 or 0) in a line. */
const firstLooksFile = new URL('first-looks.tsv', folder)

/** The values of each conversation as they were read at a first look, before anybody knew what was wrong with them. */
export function firstLooks(): Sample[][] {
  const lines = readFileSync(firstLooksFile, 'utf8').trimEnd().split('\n').slice(1)
  const rows = lines.map((line) => line.split('\t') as [string, string, string, string, string, string])
  const groups = Map.groupBy(rows, ([set, id]) => `${set} ${id}`)
  return [...groups.values()].map((group) =>
    group.map(([, , field, by, raw, right]) => ({
      field,
      by,
      raw: Number(raw),
      right: right === '1',
      weight: 1,
    })),
  )
}

/** Keeps a first look at a file of cases. */
async function lookFirst(file: string): Promise<void> {
  const set = basename(file, '.jsonl')
  if (readFileSync(firstLooksFile, 'utf8').includes(`\n${set}\t`))
    throw new Error(`there was a first look at ${set} before; what is seen now is no first look`)
  const cases = casesOf(readFileSync(file, 'utf8')).map((item) => ({ item, weight: 1 }))
  const samples = await samplesOfCases(cases)
  const lines = samples.flatMap((group, i) =>
    group.map(({ field, by, raw, right }) =>
      [set, cases[i]!.item.id, field, by, raw, right ? 1 : 0].join('\t'),
    ),
  )
  appendFileSync(firstLooksFile, `${lines.join('\n')}\n`)
}

/** The labelled conversations of this repository; the rules are tuned on all of them. */
function labelledCases(): { readonly item: Case; readonly weight: number }[] {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.jsonl') && file !== 'routing.jsonl')
    .sort()
  const conversations = files.flatMap((file) => casesOf(readFileSync(new URL(file, folder), 'utf8')))
  return [...conversations, ...shippedCases('prompts')].map((item) => ({ item, weight: tunedWeight }))
}

/** The judged values of first looks and of all labelled cases as they are read now. */
export async function labelledSamples(): Promise<Sample[][]> {
  return [...firstLooks(), ...(await samplesOfCases(labelledCases()))]
}

/** The judged values of each case: as the rules alone gave them, and as both engines did where an answer of the model is recorded. */
async function samplesOfCases(
  cases: readonly { readonly item: Case; readonly weight: number }[],
): Promise<Sample[][]> {
  const lexicon = loadLexicon()
  const ports = { rules: (input: Case['input']) => readByRules(input, lexicon), lexicon: () => lexicon }
  const groups: Sample[][] = []
  for (const { item, weight } of cases) {
    const { byRules, byModel } = await readBoth(item, ports)
    const samples = samplesOf(item, byRules, null)
    if (byModel) samples.push(...samplesOf(item, byRules, byModel))
    groups.push(samples.map((sample) => ({ ...sample, weight })))
  }
  return groups
}

function line(name: string, { n, error, brier }: Reliability): string {
  return `${name.padEnd(20)}${n.toFixed(1).padStart(9)}${(error * 100).toFixed(1).padStart(8)}${brier.toFixed(3).padStart(8)}`
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { check: { type: 'boolean' }, help: { type: 'boolean' }, 'first-look': { type: 'string' } },
  })
  if (values.help) {
    process.stdout.write(help)
    return 0
  }
  if (values['first-look']) await lookFirst(values['first-look'])
  const groups = await labelledSamples()
  const text = writeCalibration(mapOf(groups.flat(), priors))
  if (values.check) {
    const same = readFileSync(calibrationFile, 'utf8') === text
    if (!same) process.stderr.write('confidence.tsv is not what these cases and rules give\n')
    return same ? 0 : 1
  }
  writeFileSync(calibrationFile, text)
  const told = crossTold(groups, (samples) => mapOf(samples, priors))
  const byField = [...Map.groupBy(told, ({ field }) => field)].sort(([a], [b]) => (a < b ? -1 : 1))
  const raw = groups.flat().map(({ raw: chance, right, weight }) => ({ chance, right, weight: weight ?? 1 }))
  process.stdout.write(
    [
      'cross-validated in five parts; error: mean distance of what was said and what came true, in percent',
      `${'field'.padEnd(20)}   values   error   brier`,
      ...byField.map(([field, of]) => line(field, reliabilityOf(of))),
      line('all', reliabilityOf(told)),
      line('all, not calibrated', reliabilityOf(raw)),
      '',
    ].join('\n'),
  )
  return 0
}

if (import.meta.main) process.exitCode = await main()
