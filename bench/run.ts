import { writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { parseArgs } from 'node:util'

/** One measured number. */
export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
}

/** Two figures of the same run, divided: what counts on a noisy machine. */
export interface Ratio {
  readonly name: string
  readonly value: number
  readonly of: string
  readonly to: string
}

/** What a bench returns. */
export interface BenchResult {
  readonly figures: readonly Figure[]
  readonly ratios: readonly Ratio[]
}

/** A bench: a file of this folder whose default export it is. */
export type Bench = (options: { readonly quick: boolean }) => Promise<BenchResult>

const benches: Readonly<Record<string, string>> = {
  ingest: 'durable accepts over HTTP against two ceilings, and the full path from accept to routed',
  extract: 'the rules engine on labelled dialogues: time per dialogue, start-up and memory',
  'extract-peers': 'the rules engine beside packages that a user would pick instead',
  channels: 'durable accepts of sealed vendor requests, beside checking them alone and beside single inserts',
  search: 'ticket search among 100,000 tickets',
  start: 'from npm start to the first page, new and again, and the memory of an idle hub',
}

const help = `Usage: npm run bench -- NAME [--json FILE] [--quick]

${Object.entries(benches)
  .map(([name, text]) => `  ${name.padEnd(14)} ${text}`)
  .join('\n')}

  --json FILE    also write {bench, machine, figures, ratios} to FILE
  --quick        short runs, for a look`

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'string' }, quick: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  })
  const name = positionals[0]
  if (values.help || !name || !(name in benches)) {
    console.log(help)
    process.exitCode = values.help ? 0 : 2
    return
  }
  const { default: bench } = (await import(`./${name}.ts`)) as { default: Bench }
  const result = await bench({ quick: values.quick ?? false })
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  }
  console.log(
    `\n${name} on ${machine.cores} × ${machine.cpu}, ${machine.memoryGiB} GiB, Node ${machine.node}`,
  )
  console.table(result.figures.map((f) => ({ figure: f.name, value: round(f.value), unit: f.unit })))
  if (result.ratios.length > 0) {
    console.table(result.ratios.map((r) => ({ ratio: r.name, value: round(r.value), of: r.of, to: r.to })))
  }
  if (values.json) {
    writeFileSync(values.json, `${JSON.stringify({ bench: name, machine, ...result }, null, 2)}\n`)
  }
}

function round(value: number): number {
  return Number(value.toPrecision(4))
}

await main()
process.exit()
