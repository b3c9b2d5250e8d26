import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { migrationsDir, readMigrations } from '../migrate.ts'
import { readAllowed } from './compare.ts'
import { diffToModel } from './engine.ts'
import { withThrowAway } from './throw-away.ts'

const help = `Usage: npm run migration -- NAME

Writes prisma/migrations/<number>_<NAME>/migration.sql: what has to change to make a database with all present migrations
what prisma/schema.prisma says. Read it, and add by hand what Prisma cannot express (and to prisma/drift-allow.json).`

const name = process.argv[2]
if (!name || process.argv.includes('--help')) {
  console.log(help)
  process.exitCode = name ? 0 : 2
} else if (!/^[a-z][a-z0-9_]*$/.test(name)) {
  console.error('NAME may hold lower-case letters, digits and underscores.')
  process.exitCode = 2
} else {
  const { statements: wanted } = await readAllowed()
  const needed = await withThrowAway((_, url) => diffToModel(url))
  const statements = needed.filter((sql) => !wanted.some((entry) => entry.sql === sql))
  if (statements.length === 0) {
    console.log('The model asks for no change.')
  } else {
    const numbers = (await readMigrations()).map((migration) => Number.parseInt(migration.name, 10))
    const number = String(Math.max(0, ...numbers) + 1).padStart(4, '0')
    const dir = join(migrationsDir, `${number}_${name}`)
    await mkdir(dir)
    await writeFile(join(dir, 'migration.sql'), `${statements.join(';\n\n')};\n`)
    console.log(
      `Wrote ${dir}/migration.sql with ${statements.length} statements. Read it before you commit it.`,
    )
  }
}
