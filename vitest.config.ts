import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/** What a test waits for comes when it comes: on a busy machine a second, the default, is not long enough. */
const patient = { expect: { poll: { timeout: 20_000 } } }

// Real servers, browsers and clocks on a shared CI machine: a test may be tried again there, and the report says which was.
const retry = process.env.CI ? 2 : 0
const cores = Math.max(2, availableParallelism())
// Groups of files run one after the other. Most wait now and then, for clocks and the database: three on two cores leave a fifth of
// the time idle, four are no faster. Those with emulators hardly do anything else; a browser, a mail server or kills keep a core busy.
const mixed = { maxWorkers: Math.ceil(cores * 1.5) }
const waiting = { maxWorkers: cores * 3, sequence: { groupOrder: 1 } }
const busy = { maxWorkers: cores, sequence: { groupOrder: 2 } }
const project = (name: string, include: string[], extra: object = {}) => ({
  test: { name, include, ...patient, ...mixed, ...extra },
})

// Files share a process and what it has loaded: with a process for each file, most of the time goes into loading the same modules.
const together = { isolate: false }
const database = { globalSetup: ['test/database.ts'], testTimeout: 60_000, hookTimeout: 120_000, retry }

/** What speaks with vendors' emulators; another server changes nothing in it. */
const vendors = [
  ...['channel-*', '*-chaos', 'dingtalk-*', 'robot-sends', 'connection-*'].map(
    (name) => `test/contract/${name}.test.ts`,
  ),
  ...['wechat', 'talk'].map((name) => `test/journey/${name}.test.ts`),
]
/** What is about the embedded database. */
const embedded = ['test/contract/store-embedded.test.ts', 'test/journey/start.test.ts']

export default defineConfig({
  test: {
    projects: [
      // Generous: properties run many cases, channels talk to emulators over loopback, and a busy machine is no fault of theirs.
      project('unit', ['test/unit/**/*.test.ts'], { ...together, testTimeout: 60_000, retry }),
      project('boundary', ['test/boundary/**/*.test.ts']),
      project('eval', ['test/eval/**/*.test.ts'], { ...together, testTimeout: 60_000 }),
      project('vendors', vendors, { ...database, ...together, ...waiting }),
      project('embedded', embedded, { ...database, ...together }),
      project('contract', ['test/contract/**/*.test.ts'], {
        ...database,
        ...together,
        exclude: [...vendors, ...embedded],
      }),
      project('journey', ['test/journey/**/*.test.ts'], {
        ...database,
        ...together,
        exclude: [...vendors, ...embedded],
      }),
      // Never again: a second try that goes well would hide a loss.
      project('fault', ['test/fault/**/*.test.ts'], {
        ...database,
        ...busy,
        testTimeout: 3_600_000,
        retry: 0,
      }),
      project('e2e', ['test/e2e/**/*.test.ts'], { ...database, ...busy, testTimeout: 300_000 }),
      project('services', ['test/services/**/*.test.ts'], { ...database, ...busy, testTimeout: 300_000 }),
    ],
  },
})
