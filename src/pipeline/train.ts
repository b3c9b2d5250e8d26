import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { coldStart, trainClassifier, weightsFile, writeWeights } from './rules/classifier.ts'

const help = `Trains the classifier of intent, urgency and sentiment on src/pipeline/data/cold-start.tsv and writes its weights.

  npm run -s eval:train -- [--seed N]

  --seed     another order of the examples, a whole number; default 0. The same seed gives the same weights
  --help     this text
`

function main(): void {
  const { values } = parseArgs({
    options: { seed: { type: 'string', default: '0' }, help: { type: 'boolean' } },
  })
  if (values.help) {
    process.stdout.write(help)
    return
  }
  const examples = coldStart()
  const weights = writeWeights(trainClassifier(examples, Number.parseInt(values.seed, 10) || 0))
  writeFileSync(weightsFile, weights)
  process.stdout.write(`${examples.length} examples, ${weights.split('\n').length - 1} weights\n`)
}

main()
