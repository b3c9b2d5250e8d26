import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { coldStart, trainClassifier, weightsFile, writeWeights } from './rules/classifier.ts'

const help = `Trains the classifier of intent, urgency and sentiment on src/pipeline/data/cold-start.tsv and writes its weights.

  npm run -s eval:train

  --help     this text
`

function main(): void {
  const { values } = parseArgs({ options: { help: { type: 'boolean' } } })
  if (values.help) {
    process.stdout.write(help)
    return
  }
  const examples = coldStart()
  const weights = writeWeights(trainClassifier(examples))
  writeFileSync(weightsFile, weights)
  process.stdout.write(`${examples.length} examples, ${weights.split('\n').length - 1} weights\n`)
}

main()
