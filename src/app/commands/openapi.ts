import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openApiDocument } from '../../http/index.ts'
import { describedHub } from '../described-hub.ts'
import { root, version } from '../version.ts'
import { runCommand, say, UsageError } from './run-command.ts'

const target = join(root, 'docs', 'openapi.json')

async function describe(): Promise<string> {
  return `${JSON.stringify(openApiDocument(await describedHub(), version), null, 2)}\n`
}

await runCommand({
  help: `Usage: npm run openapi [-- --check]

Writes docs/openapi.json (OpenAPI 3.1) from the schemas of the hub's commands and queries.
--check writes nothing and fails when the file is not what the schemas say.`,
  options: { check: { type: 'boolean' } },
  run: async (values) => {
    const text = await describe()
    if (!values.check) {
      await writeFile(target, text)
      say('docs/openapi.json is written. Run "npm run client" for the pages.')
      return 0
    }
    const stored = await readFile(target, 'utf8').catch(() => '')
    if (stored === text) return 0
    throw new UsageError('docs/openapi.json is not up to date. Run "npm run openapi" and commit the result.')
  },
})
process.exit()
