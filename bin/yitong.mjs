#!/usr/bin/env node
// The launcher. Written for Node 18 and newer: it must be able to say what is wrong on an old one.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const neededMajor = 24

const commands = {
  start: ['src/app/main.ts', 'run the hub until Ctrl-C'],
  migrate: ['src/app/commands/migrate.ts', 'bring the database up to this release'],
  admin: ['src/app/commands/admin.ts', 'reset a password and other help from the terminal'],
  backup: ['src/app/commands/backup.ts', 'write everything into one file'],
  restore: ['src/app/commands/restore.ts', 'read such a file into an empty database'],
  replay: ['src/app/commands/replay.ts', 'rebuild conversations and tickets from what came in, and compare'],
  verify: ['src/app/commands/verify.ts', 'check the chains of the timelines and of the audit log'],
  eval: ['src/app/commands/eval.ts', 'say how right the extraction is, and what changed'],
  'knowledge:import': [
    'src/app/commands/knowledge-import.ts',
    'import articles from a folder of Markdown files',
  ],
  'rotate-key': ['src/app/commands/rotate-key.ts', 'encrypt the stored secrets with a new key'],
}

function usage() {
  const lines = Object.entries(commands).map(([name, [, text]]) => `  ${name.padEnd(18)}${text}`)
  return `Usage: yitong COMMAND [options]\n\n${lines.join('\n')}\n\nEach command explains itself with --help.\n`
}

function fail(text) {
  process.stderr.write(`${text}\n`)
  process.exit(1)
}

// The lockfile brings a Node of its own for machines with an older one.
function runWithOwnNode() {
  const node = join(root, 'node_modules', '.bin', 'node')
  if (process.env.YITONG_RELAUNCHED || !existsSync(node)) {
    fail(
      `Yitong needs Node.js ${neededMajor} or newer; this is ${process.version}. Run "npm ci" (it brings one on Linux), or install Node.js ${neededMajor}.`,
    )
  }
  const child = spawn(node, process.argv.slice(1), {
    stdio: 'inherit',
    env: { ...process.env, YITONG_RELAUNCHED: '1' },
  })
  // Ctrl-C reaches the child by itself, a signal sent to this process does not. The child takes the first one.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => fail(`${node} does not start: ${error.message}`))
  child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code))
}

// What Node compiled is kept for the next start, which is a third shorter; where nobody may write, it is compiled anew. Not in the
// system's temporary folder, which is Node's own choice: others could put their code there.
async function keepCompiled() {
  const { enableCompileCache } = await import('node:module')
  process.env.NODE_COMPILE_CACHE ??= join(root, 'node_modules', '.cache', 'compiled')
  enableCompileCache?.(process.env.NODE_COMPILE_CACHE)
}

// Whoever read our output may have read enough (… | head). The work goes on without them: a hub has its database to stop.
function outliveReaders() {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
}

async function main() {
  if (Number(process.versions.node.split('.')[0]) < neededMajor) return runWithOwnNode()
  delete process.env.YITONG_RELAUNCHED
  outliveReaders()
  const [name, ...args] = process.argv.slice(2)
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(usage())
    return
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : null
  if (!command) return fail(`There is no command "${name}".\n\n${usage()}`)
  const file = join(root, command[0])
  process.argv = [process.argv[0], file, ...args]
  await keepCompiled()
  await import(pathToFileURL(file).href)
}

await main()
