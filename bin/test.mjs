// `npm test`: everything that needs no service outside this repository, then one line that says what was left out.
// YITONG_TEST_ALL=1 leaves nothing out; YITONG_TEST_REPORT=DIR also writes what the runner counted, a file for each group.
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const all = process.env.YITONG_TEST_ALL === '1'
const reports = process.env.YITONG_TEST_REPORT

// Kills, browsers and mail servers want the machine for themselves, so those groups run one file after the other. The others often
// wait, for clocks and for the database: two files at a time even on two cores.
const groups = [
  { name: 'main', projects: ['unit', 'boundary', 'eval', 'contract', 'journey'], alone: false },
  ...(all ? ['services', 'fault', 'e2e'].map((name) => ({ name, projects: [name], alone: true })) : []),
]

let status = 0
for (const { name, projects, alone } of groups) {
  const done = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules', 'vitest', 'vitest.mjs'),
      'run',
      ...projects.flatMap((project) => ['--project', project]),
      ...(alone ? ['--no-file-parallelism'] : ['--maxWorkers=2']),
      ...(reports
        ? ['--reporter=default', '--reporter=json', `--outputFile.json=${join(reports, `${name}.json`)}`]
        : []),
      ...process.argv.slice(2),
    ],
    { cwd: root, stdio: 'inherit' },
  )
  status ||= done.status ?? 1
}
if (!all) {
  console.log(
    'Left out: tests with kills and full disks, with a browser, and with a PostgreSQL server, Redis, Dovecot and Postfix. `.ci/run` installs those and leaves nothing out.',
  )
}
process.exit(status)
