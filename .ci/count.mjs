// Prints "passed failed" of the test reports in a folder; no report at all is a failure. With a file as second argument, what failed is
// written to its end, a line each, so that the last page of a long log says it.
import { appendFileSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

let passed = 0
let failed = 0
const [folder, list] = process.argv.slice(2)
const files = readdirSync(folder).filter((name) => name.endsWith('.json'))
for (const name of files) {
  const report = JSON.parse(readFileSync(join(folder, name), 'utf8'))
  passed += report.numPassedTests
  for (const file of report.testResults) {
    const tests = file.assertionResults.filter((test) => test.status === 'failed')
    // A file that failed outside its tests counts as one failure.
    const broken =
      tests.length === 0 && file.status === 'failed'
        ? [{ fullName: '', failureMessages: [file.message] }]
        : tests
    failed += broken.length
    for (const { fullName, failureMessages } of broken) say(file.name, fullName, failureMessages[0])
  }
}
if (files.length === 0) failed = 1
console.log(`${passed} ${failed}`)

function say(file, title, message = '') {
  const why = message.split('\n').slice(0, 3).join(' ').slice(0, 300)
  if (list) appendFileSync(list, `${relative(process.cwd(), file)}: ${title}\n    ${why}\n`)
}
