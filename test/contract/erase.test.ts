import { mkdtempSync, rmSync } from 'node:fs'
import { utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { oldFiles } from '../../src/app/old-files.ts'
import type { MediaStore } from '../../src/contract/ports.ts'
import { makeErasureHandlers } from '../../src/conversations/index.ts'
import { mediaPath, openMediaStore } from '../../src/media/store.ts'
import { type FreshDatabase, freshDatabase } from '../fresh-database.ts'

const hourMs = 3_600_000
let fresh: FreshDatabase
let dir: string
let media: MediaStore
beforeAll(async () => {
  fresh = await freshDatabase()
  dir = mkdtempSync(join(tmpdir(), 'yitong-erase-'))
  media = await openMediaStore({ dir })
})
afterAll(async () => {
  rmSync(dir, { recursive: true })
  await fresh.drop()
})

/** Stores a file as if it had been a while ago. */
async function stored(words: string, hours: number): Promise<string> {
  const put = await media.put(Buffer.from(words))
  if (!put.ok) throw new Error(put.refusal.code)
  const at = (Date.now() - hours * hourMs) / 1000
  await utimes(join(dir, mediaPath(put.value.hash)), at, at)
  return put.value.hash
}

describe('the files of an erased ticket', () => {
  const forget = async (hashes: readonly string[]) => {
    const handler = makeErasureHandlers(oldFiles(dir)).find(({ kind }) => kind === 'media.forget')!
    const ctx = { db: fresh.database.db, nowMs: Date.now() }
    await handler.prepare({ payload: { hashes } } as never, ctx as never, undefined)
  }

  it('go when they are old', async () => {
    const hash = await stored('an old photo', 26)
    await forget([hash])
    expect(await media.has(hash)).toBe(false)
  })

  it('stay when somebody has just stored the same photo for a form that is not sent yet', async () => {
    const hash = await stored('the same photo', 48)
    await media.put(Buffer.from('the same photo'))
    await forget([hash])
    expect(await media.has(hash)).toBe(true)
  })
})
