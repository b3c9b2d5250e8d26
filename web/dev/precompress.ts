import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Plugin } from 'vite'

const zip = promisify(gzip)
const brotli = promisify(brotliCompress)

/** Smaller files fit into one packet anyway, bytes. */
const worthBytes = 1024

async function compress(path: string): Promise<void> {
  const content = await readFile(path)
  if (content.byteLength < worthBytes) return
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: 11,
    [constants.BROTLI_PARAM_SIZE_HINT]: content.byteLength,
  }
  await Promise.all([
    brotli(content, { params }).then((small) => writeFile(`${path}.br`, small)),
    zip(content, { level: 9 }).then((small) => writeFile(`${path}.gz`, small)),
  ])
}

/** Writes `.br` and `.gz` beside each asset, so that the server only chooses which one to send. */
export function precompress(dir: string): Plugin {
  return {
    name: 'precompress',
    apply: 'build',
    async closeBundle() {
      const names = (await readdir(dir)).filter((name) => /\.(?:js|css|svg|json|map)$/.test(name))
      await Promise.all(names.map((name) => compress(join(dir, name))))
    },
  }
}
