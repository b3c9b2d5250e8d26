import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readCatalogue } from '../../catalogue/index.ts'
import {
  addFigures,
  type Case,
  type CaseOutcome,
  casesOf,
  changesBetween,
  changesText,
  correctedPage,
  type EngineName,
  engines,
  evaluateCase,
  failures,
  figuresOf,
  figuresText,
  noFigures,
  type ReadPorts,
  type Report,
  readGate,
  type SetName,
  type SetReport,
  sets,
  shippedCases,
  withoutPersonalValues,
} from '../../pipeline/evaluation/index.ts'
import { loadLexicon, readByRules } from '../../pipeline/index.ts'
import { migrate } from '../../store/index.ts'
import type { Config } from '../config.ts'
import { root, version } from '../version.ts'
import { unreadable, unwritable } from './file-arguments.ts'
import { runCommand, say, UsageError } from './run-command.ts'
import { withStorage } from './with-storage.ts'

const published = join(root, 'src/pipeline/evaluation/data/published.jsonl')

await runCommand({
  help: `Usage: npm run eval -- [options]

Reads labelled conversations and says how right that was: precision, recall, F1 and hallucinations by field, confusion matrices,
and which cases changed against the last published version. Needs no network and no server; only corrected tickets need a database.

  --set SET      dialogues (shipped conversations), prompts (cases of prompts/* with the model's recorded answers),
                 corrected (this hub's own tickets that people corrected), or all (default; corrected only where a hub's data are)
  --in FILE      labelled cases of a file instead of the shipped dialogues
  --engine E     rules, llm (the model alone) or auto (both); default: the recorded answers (llm) for prompts, else rules.
                 llm and auto have recorded answers only for prompts; other cases are then without an answer of the model
  --gate G,G     conditions that must hold: [SET:][FIELD.]METRIC>=NUMBER, METRIC one of precision, recall, f1, hallucinated,
                 traps, unanswered, worse (cases that became worse), calibration (expected calibration error, 0 to 1); e.g. phone.f1>=0.97,hallucinated=0,worse=0
  --against FILE compare with what an earlier --json wrote; default: what this release was published with
  --json FILE    also write figures and every case's outcome; corrected tickets without their values
  --errors       also print every field that is not right

Exit code 0: done and every gate holds, 1: a gate does not hold, 2: called wrongly.`,
  options: {
    set: { type: 'string', default: 'all' },
    in: { type: 'string' },
    engine: { type: 'string' },
    gate: { type: 'string' },
    against: { type: 'string' },
    json: { type: 'string' },
    errors: { type: 'boolean' },
  },
  async run(values, config) {
    const wanted = oneOf('set', String(values.set), [...sets, 'all'] as const)
    const engine = values.engine === undefined ? null : oneOf('engine', String(values.engine), engines)
    const gates = String(values.gate ?? '')
      .split(',')
      .filter((text) => text.trim() !== '')
      .map((text) => readGate(text) ?? wrong(`"${text}" is no gate`))
    for (const file of [values.in, values.against]) {
      const fault = file === undefined ? null : await unreadable(String(file))
      if (fault) wrong(fault)
    }
    const unwritten = values.json === undefined ? null : await unwritable(String(values.json))
    if (unwritten) wrong(unwritten)
    const before = reportOf(String(values.against ?? published))
    const after: { [K in SetName]?: SetReport } = {}
    for (const set of sets.filter((each) => wanted === 'all' || wanted === each)) {
      if (set === 'corrected' && wanted === 'all' && !hasHub(config)) {
        say('corrected: there is no hub here, so there are no corrected tickets\n')
        continue
      }
      const own = engine ?? (set === 'prompts' ? 'llm' : 'rules')
      after[set] = await read(set, own, config, values.in === undefined ? undefined : String(values.in))
    }
    const run = Object.entries(after).map(([name, report]) => {
      const set = name as SetName
      const base = before?.sets[set]
      return { set, report, base, changes: changesBetween(base, report) }
    })
    for (const { set, report, base, changes } of run) {
      say(figuresText(set, report))
      say(
        base
          ? `\n${changesText(changes, `version ${before!.version}`)}\n`
          : '\nnothing published to compare with\n',
      )
      if (values.errors) for (const line of errorsOf(report)) say(line)
    }
    if (values.json !== undefined) {
      const report: Report = { version, sets: after }
      writeFileSync(String(values.json), `${JSON.stringify(report)}\n`)
    }
    const failed = gates.flatMap((gate) => failures(gate, run))
    for (const line of failed) say(`GATE ${line}`)
    return failed.length > 0 ? 1 : 0
  },
})

function wrong(text: string): never {
  throw new UsageError(text)
}

function oneOf<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  return allowed.find((each) => each === value) ?? wrong(`--${name} is one of ${allowed.join(', ')}`)
}

function reportOf(file: string): Report | null {
  if (!existsSync(file)) return null
  const report = understood(file, (text) => JSON.parse(text) as Report)
  return report?.sets ? report : wrong(`${file} is not what --json writes.`)
}

/** Reads a file that somebody named; what it does not hold is said without the insides of the program. */
function understood<T>(file: string, understand: (text: string) => T): T {
  try {
    return understand(readFileSync(file, 'utf8'))
  } catch (error) {
    return wrong(`${file} is not understood: ${(error as Error).message}`)
  }
}

function hasHub(config: Config): boolean {
  return config.databaseUrl !== null || existsSync(join(config.dataDir, 'postgres'))
}

async function read(
  set: SetName,
  engine: EngineName,
  config: Config,
  file: string | undefined,
): Promise<SetReport> {
  const lexicon = loadLexicon()
  const ports: ReadPorts = { engine, rules: (input) => readByRules(input, lexicon), lexicon: () => lexicon }
  let figures = noFigures
  const outcomes: Record<string, CaseOutcome | null> = {}
  const take = async (item: Case) => {
    const outcome = await evaluateCase(item, ports)
    figures = addFigures(figures, figuresOf(outcome))
    outcomes[item.id] = outcome && set === 'corrected' ? withoutPersonalValues(outcome) : outcome
  }
  if (set !== 'corrected') {
    const cases =
      set === 'dialogues' && file !== undefined
        ? understood(file, (text) => casesOf(text))
        : shippedCases(set)
    for (const item of cases) await take(item)
    return { engine, figures, outcomes }
  }
  await withStorage(config, async ({ database }) => {
    await migrate(database)
    const options = { timeZone: config.timeZone, catalogue: await readCatalogue(database.db) }
    let after: string | null = null
    do {
      const page = await correctedPage(database.db, after, 50, options)
      for (const item of page.cases) await take(item)
      after = page.after
    } while (after !== null)
  })
  return { engine, figures, outcomes }
}

function errorsOf({ outcomes }: SetReport): string[] {
  return Object.entries(outcomes).flatMap(([id, outcome]) =>
    Object.entries(outcome ?? {})
      .filter(([, { verdict, trap }]) => trap || (verdict !== 'right' && verdict !== 'unscored'))
      .map(
        ([field, { verdict, found, expected, trap }]) =>
          `  ${id} ${field} ${trap ? 'trap' : verdict}: ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`,
      ),
  )
}
