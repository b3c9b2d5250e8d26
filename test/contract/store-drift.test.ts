import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type Allowed, findDrift, readAllowed } from '../../src/store/development/compare.ts'
import { prismaMigrations, schemaFile, statements } from '../../src/store/development/engine.ts'
import type { Database } from '../../src/store/index.ts'
import { migrate, migrationsDir, readMigrations } from '../../src/store/migrate.ts'
import { type FreshDatabase, freshDatabase } from '../fresh-database.ts'

let fresh: FreshDatabase
let allowed: Allowed

beforeAll(async () => {
  fresh = await freshDatabase()
  allowed = await readAllowed()
})
afterAll(() => fresh.drop())

describe('the model and the migrations', () => {
  it('agree, and everything that Prisma cannot express is there and has a reason', async () => {
    expect(await findDrift(fresh.database, fresh.url, allowed)).toEqual({
      statements: [],
      unlisted: [],
      missing: [],
    })
    for (const { why } of [...allowed.statements, ...allowed.objects]) expect(why.length).toBeGreaterThan(10)
  })

  it('are found to differ when the model has a column that no migration makes', async () => {
    const model = (await readFile(schemaFile, 'utf8')).replace('model Lease {', 'model Lease {\n  extra Int?')
    const { statements: needed } = await findDrift(fresh.database, fresh.url, allowed, model)
    expect(needed).toEqual(['ALTER TABLE "lease" ADD COLUMN     "extra" INTEGER'])
  })

  it('are found to differ when the database lost or gained what only the list names', async () => {
    await fresh.database.query('create index lease_extra on lease (holder) where token > 5')
    const first = allowed.objects.find(({ kind }) => kind === 'index')!
    const without: Allowed = {
      ...allowed,
      objects: [...allowed.objects, { kind: 'trigger', name: 'lease.none', why: '' }],
    }
    const drift = await findDrift(fresh.database, fresh.url, without)
    expect(drift.unlisted).toEqual(['index lease_extra'])
    expect(drift.missing).toEqual(['trigger lease.none'])
    await fresh.database.query(`drop index "${first.name}"`)
    expect((await findDrift(fresh.database, fresh.url, allowed)).missing).toContain(`index ${first.name}`)
  })

  it('are compared statement by statement', () => {
    expect(
      statements('-- DropIndex\nDROP INDEX "a";\n\n-- x\nALTER TABLE "b"\nADD COLUMN "c" TEXT;\n'),
    ).toEqual(['DROP INDEX "a"', 'ALTER TABLE "b"\nADD COLUMN "c" TEXT'])
    expect(statements('')).toEqual([])
  })
})

describe('our runner of migrations and that of Prisma', () => {
  const upToDate = {
    editedMigrationNames: [],
    failedMigrationNames: [],
    hasMigrationsTable: true,
    history: null,
  }
  let names: string[]

  beforeAll(async () => {
    names = (await readMigrations()).map(({ name }) => name)
  })

  it('agree on what was applied, each of them after the other did it all', async () => {
    const ours = await freshDatabase()
    onTestFinished(() => ours.drop())
    const prisma = await prismaMigrations(ours.url)
    expect(await prisma.status()).toMatchObject(upToDate)
    expect(await prisma.deploy()).toEqual([])

    const theirs = await freshDatabase({ empty: true })
    onTestFinished(() => theirs.drop())
    expect(await (await prismaMigrations(theirs.url)).deploy()).toEqual(names)
    expect(await migrate(theirs.database)).toEqual([])
  })

  it('go on where the other stopped, in a table of the same columns', async () => {
    const half = await freshDatabase({ empty: true })
    onTestFinished(() => half.drop())
    const last = names[Math.floor(names.length / 2)]!
    const first = await migrate(half.database, migrationsDir, last)
    const rest = names.slice(first.length)
    const prisma = await prismaMigrations(half.url)
    expect((await prisma.status()).history).toEqual({
      diagnostic: 'databaseIsBehind',
      unappliedMigrationNames: rest,
    })
    expect(await prisma.deploy()).toEqual(rest)
    expect(await migrate(half.database)).toEqual([])

    const columns = (database: Database) =>
      database.query(
        `select column_name, data_type, character_maximum_length, is_nullable, column_default
          from information_schema.columns where table_name = '_prisma_migrations' order by ordinal_position`,
      )
    const theirs = await freshDatabase({ empty: true })
    onTestFinished(() => theirs.drop())
    await (await prismaMigrations(theirs.url)).deploy()
    expect(await columns(half.database)).toEqual(await columns(theirs.database))
  })
})
