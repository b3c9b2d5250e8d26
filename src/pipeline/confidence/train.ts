import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
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

  npm run -s eval:calibrate -- [--check]

  --check    write nothing; exit 1 when the file is not what these cases and rules give
  --help     this text

The same cases and rules give the same file. Cases that the rules were tuned on count a fifth each. Of the model there are only the
recorded answers of prompts/, which were written by hand: what is said of it is provisional.
`

const folder = new URL('../../../test/fixtures/eval/', import.meta.url)

/** Conversations that were labelled before the rules read them, and not used to tune them since. */
const unseen = ['hard.jsonl']

/** The labelled conversations of this repository, each with its weight. */
export function labelledCases(): { readonly item: Case; readonly weight: number }[] {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.jsonl') && file !== 'routing.jsonl')
    .sort()
  const conversations = files.flatMap((file) =>
    casesOf(readFileSync(new URL(file, folder), 'utf8')).map((item) => ({
      item,
      weight: unseen.includes(file) ? 1 : tunedWeight,
    })),
  )
  return [...conversations, ...shippedCases('prompts').map((item) => ({ item, weight: tunedWeight }))]
}

/** The judged values of each case: as the rules alone gave them, and as both engines did where an answer of the model is recorded. */
export async function labelledSamples(): Promise<Sample[][]> {
  const lexicon = loadLexicon()
  const ports = { rules: (input: Case['input']) => readByRules(input, lexicon), lexicon: () => lexicon }
  const groups: Sample[][] = []
  for (const { item, weight } of labelledCases()) {
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
  const { values } = parseArgs({ options: { check: { type: 'boolean' }, help: { type: 'boolean' } } })
  if (values.help) {
    process.stdout.write(help)
    return 0
  }
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
