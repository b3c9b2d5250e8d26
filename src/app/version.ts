import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The folder of the installation. */
export const root = join(import.meta.dirname, '..', '..')

/** The release, from package.json. */
export const version = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string })
  .version
