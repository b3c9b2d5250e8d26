// Prints "passed failed" of the test reports in a folder; no report at all is a failure.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

let passed = 0
let failed = 0
const folder = process.argv[2]
const files = readdirSync(folder).filter((name) => name.endsWith('.json'))
for (const name of files) {
  const report = JSON.parse(readFileSync(join(folder, name), 'utf8'))
  // A file that failed outside its tests counts as one failure.
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'),
  )
  passed += report.numPassedTests
  failed += report.numFailedTests + broken.length
}
console.log(`${passed} ${failed + (files.length === 0 ? 1 : 0)}`)
