// `npm run validate`: what is checked before every commit, in a minute or two and without any service.
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const help = `Usage: npm run validate

Runs one after the other, and ends with the first that fails:

  lint        Biome: format and rules
  types       TypeScript, without writing anything
  test:fast   unit and boundary tests
  dead        knip: files, exports and packages that nobody uses

"npm test" runs the slower tests too, .ci/run everything that there is.`

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const args = process.argv.slice(2)

if (args.includes('--help') || args.includes('-h')) {
  console.log(help)
  process.exit(0)
}
if (args.length > 0) {
  console.error(`"${args[0]}" is no option.\n\n${help}`)
  process.exit(2)
}
for (const name of ['lint', 'types', 'test:fast', 'dead']) {
  const { status } = spawnSync('npm', ['run', '--silent', name], { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}
