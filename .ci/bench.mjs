// Runs one bench for a look (`node .ci/bench.mjs NAME`). What holds on any machine fails the check: nothing is lost, and an idle hub
// holds no more than 250 MB. Times are printed beside what they should be: a shared machine may miss them, and says so.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const limits = {
  start: { idle_rss_mb: { most: 250 / 1.048576 } },
  search: {},
  ingest: { lost: { most: 0 } },
}
const aims = {
  start: { first_start_ms: { most: 8000 }, again_ms: { most: 3000 } },
  search: { p99_ms: { most: 100 } },
  ingest: { p99_ms: { most: 150 } },
}

const name = process.argv[2]
const root = join(import.meta.dirname, '..')
const report = join(root, 'artifacts', `bench-${name}.json`)

/** Runs the bench and returns its figures by name. */
function measure() {
  mkdirSync(join(root, 'artifacts'), { recursive: true })
  const args = [join(root, 'bench', 'run.ts'), name, '--quick', '--json', report]
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
  const { figures } = JSON.parse(readFileSync(report, 'utf8'))
  return Object.fromEntries(figures.map((figure) => [figure.name, figure.value]))
}

const missed = (wanted, figures) =>
  Object.entries(wanted).filter(([figure, { most }]) => !(figures[figure] <= most))

let figures = measure()
// Memory may meet a bad moment: it is measured once more. What was lost stays lost.
if (name !== 'ingest' && missed(limits[name], figures).length > 0) figures = measure()
for (const [figure, { most }] of missed(aims[name], figures))
  console.log(
    `${name}: ${figure} is ${Math.round(figures[figure])}, it should be at most ${most} on a quiet machine`,
  )
const failed = missed(limits[name], figures)
for (const [figure, { most }] of failed)
  console.log(`${name}: ${figure} is ${figures[figure]}, it must be at most ${Math.round(most)}`)
process.exit(failed.length > 0 ? 1 : 0)
