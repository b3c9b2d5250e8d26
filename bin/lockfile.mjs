// Around `npm pack`, which leaves package-lock.json out: npm packs the same file under this name, and `npm ci` reads it.
import { copyFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const packed = join(root, 'npm-shrinkwrap.json')

if (process.argv[2] === 'remove') rmSync(packed, { force: true })
else copyFileSync(join(root, 'package-lock.json'), packed)
