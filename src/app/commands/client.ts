import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { clientTypes } from '../../http/client-types.ts'
import { root } from '../version.ts'
import { runCommand, say } from './run-command.ts'

const target = join(root, 'web', 'ui', 'generated', 'api.ts')

await runCommand({
  help: `Usage: npm run client

Writes web/ui/generated/api.ts, the types of the pages' client, from docs/openapi.json.
"npm ci" does it by itself; the file is not stored in the repository.`,
  options: {},
  run: async () => {
    const document = JSON.parse(await readFile(join(root, 'docs', 'openapi.json'), 'utf8'))
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, clientTypes(document))
    say('web/ui/generated/api.ts is written.')
    return 0
  },
})
