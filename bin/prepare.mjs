// Runs after `npm ci`: makes what is not stored in the repository. `npm start` never builds.
// In an install without the development tools (a release carries the results) there is nothing to do.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const bin = (name) => join(root, 'node_modules', '.bin', name)

function run(name, args, env) {
  const done = spawnSync(bin(name), args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PATH: `${dirname(bin(name))}${delimiter}${process.env.PATH}`, ...env },
  })
  if (done.status !== 0) {
    process.stderr.write(`${done.stdout}${done.stderr}\n${name} ${args.join(' ')} failed\n`)
    process.exit(1)
  }
}

if (existsSync(bin('prisma'))) {
  // The generator never runs the engine, but the CLI insists on one and would try to download it.
  run('prisma', ['generate', '--no-hints'], {
    PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true',
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
    CHECKPOINT_DISABLE: '1',
  })
}
if (existsSync(bin('vite')) && existsSync(join(root, 'web', 'vite.config.ts'))) {
  run('node', ['src/app/commands/client.ts'])
  run('vite', ['build', '--config', 'web/vite.config.ts', '--logLevel', 'warn'])
}
