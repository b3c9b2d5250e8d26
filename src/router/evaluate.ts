// `npm run eval:route`: routes labelled cases with a policy file and writes a prediction per case.
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { readCase } from './case.ts'
import { decide } from './decide.ts'
import { explain } from './explain.ts'
import { afterSalesPolicy, parsePolicy } from './policy.ts'

const usage = `Usage: npm run -s eval:route -- --in CASES.jsonl --out PREDICTIONS.jsonl [--policy FILE] [--explain zh|en]

Routes each case ({id, ticket, groups, engineers}, one JSON per line) and writes {id, group, engineer, decision} per line.
  --in FILE        cases to read
  --out FILE       predictions to write
  --policy FILE    routing policy (JSON); default: src/router/policies/after-sales.json
  --explain LANG   adds the decision in words, in Chinese or English
  --help           this text

A case that cannot be read gets {id, group: null, engineer: null, error}; the others are still routed, and the command ends with 1.`

function fail(text: string): never {
  console.error(text)
  process.exit(2)
}

function argumentsOf() {
  try {
    return parseArgs({
      options: {
        in: { type: 'string' },
        out: { type: 'string' },
        policy: { type: 'string' },
        explain: { type: 'string' },
        help: { type: 'boolean' },
      },
    }).values
  } catch (error) {
    return fail(`${(error as Error).message}\n\n${usage}`)
  }
}

function policyOf(file: string | undefined) {
  if (file === undefined) return afterSalesPolicy
  let json: unknown
  try {
    json = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    return fail(`${file}: ${(error as Error).message}`)
  }
  const read = parsePolicy(json)
  return read.ok ? read.value : fail(`${file}: ${read.refusal.params.reason}`)
}

const args = argumentsOf()
if (args.help) {
  console.log(usage)
  process.exit(0)
}
if (!args.in || !args.out) fail(usage)
const { explain: lang } = args
if (lang !== undefined && lang !== 'zh' && lang !== 'en') fail(usage)
const policy = policyOf(args.policy)
const count = { cases: 0, assigned: 0, dispatcher: 0, unreadable: 0 }
const lines = readFileSync(args.in, 'utf8')
  .split('\n')
  .filter((line) => line.trim() !== '')
  .map((line) => {
    count.cases++
    const read = readCase(line, policy)
    if (!read.ok) {
      count.unreadable++
      return { id: read.id, group: null, engineer: null, error: read.error }
    }
    const decision = decide(read.input)
    if (decision.engineerId !== null) count.assigned++
    if (decision.dispatcher) count.dispatcher++
    const words = lang ? { explanation: explain(decision, lang) } : {}
    return { id: read.id, group: decision.groupId, engineer: decision.engineerId, decision, ...words }
  })
writeFileSync(args.out, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
console.log(
  `${count.cases} cases routed by policy ${policy.name}: ${count.assigned} to an engineer, ${count.dispatcher} to a dispatcher, ${count.unreadable} unreadable`,
)
if (count.unreadable > 0) process.exitCode = 1
