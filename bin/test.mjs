// `npm test`: everything that needs no service outside this repository, then one line that says what was left out.
// YITONG_TEST_ALL=1 leaves nothing out; YITONG_TEST_REPORT=DIR also writes what the runner counted.
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const all = process.env.YITONG_TEST_ALL === '1'
const pure = process.env.YITONG_TEST_PURE === '0' ? [] : ['unit', 'boundary', 'eval', 'vendors', 'embedded']
const reports = process.env.YITONG_TEST_REPORT

const help = `Usage: npm test [-- FILTER … [OPTIONS]]

Runs the tests that need nothing outside this repository: unit, boundary, eval, contract, vendors (the contract of channels with
their emulators), embedded and journey. They bring their own embedded PostgreSQL. What they leave out is said at the end; .ci/run
installs what that needs and leaves nothing out.

  FILTER              only test files whose path contains this
  -t WORDS            only tests whose title matches; any other option is Vitest's as well

  TEST_DATABASE_URL   a PostgreSQL server to use instead of the embedded one; a database is made for each test file
  TEST_REDIS_URL      a Redis for the hubs that tests start as processes
  YITONG_TEST_ALL=1   runs everything: also services, fault and e2e (Debian's packages, root and Chromium)
  YITONG_TEST_PURE=0  leaves out unit, boundary, eval, vendors and embedded, which no server changes
  YITONG_TEST_REPORT  a folder that gets what was counted, as JSON
  YITONG_FAULT_KILLS  how often the hub and its database are killed, 4 by default`

if (process.argv.includes('--help') || process.argv.includes('-h')) {
  console.log(help)
  process.exit(0)
}

const projects = [...pure, 'contract', 'journey', ...(all ? ['services', 'fault', 'e2e'] : [])]
const { status } = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules', 'vitest', 'vitest.mjs'),
    'run',
    ...projects.flatMap((project) => ['--project', project]),
    ...(reports
      ? ['--reporter=default', '--reporter=json', `--outputFile.json=${join(reports, 'tests.json')}`]
      : []),
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: 'inherit' },
)
if (!all) {
  console.log(
    'Left out: tests with kills and full disks, with a browser, and with a PostgreSQL server, Redis, Dovecot and Postfix. `.ci/run` installs those and leaves nothing out.',
  )
}
process.exit(status ?? 1)
