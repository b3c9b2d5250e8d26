import { findDrift, readAllowed } from './compare.ts'
import { withThrowAway } from './throw-away.ts'

const help = `Usage: npm run drift

Applies the migrations to a throw-away database and compares it with prisma/schema.prisma. What Prisma cannot express
must stand in prisma/drift-allow.json with its reason. Ends with 1 when something differs.`

if (process.argv.includes('--help')) {
  console.log(help)
} else {
  const allowed = await readAllowed()
  const drift = await withThrowAway((database, url) => findDrift(database, url, allowed))
  const report = (title: string, lines: readonly string[]) => {
    if (lines.length > 0)
      console.log(`${title}\n${lines.map((line) => `  ${line.replaceAll('\n', '\n  ')}`).join('\n')}\n`)
  }
  report(
    'The model asks for changes that no migration makes (npm run migration -- NAME writes one):',
    drift.statements,
  )
  report('The database has what neither the model nor prisma/drift-allow.json names:', drift.unlisted)
  report('prisma/drift-allow.json names what is not there:', drift.missing)
  const clean = Object.values(drift).every((lines) => lines.length === 0)
  if (clean) console.log('The migrations and the model agree.')
  process.exitCode = clean ? 0 : 1
}
