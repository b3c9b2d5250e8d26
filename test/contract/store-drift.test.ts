import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Allowed, findDrift, readAllowed } from '../../src/store/development/compare.ts'
import { schemaFile, statements } from '../../src/store/development/engine.ts'
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
