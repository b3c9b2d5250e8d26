import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { openMediaStore } from '../../src/media/store.ts'
import { openDatabase, startEmbedded, storeRefusal } from '../../src/store/index.ts'

let dir: string

// Only root may mount; elsewhere these tests say that they were skipped.
const canMount = (() => {
  const place = mkdtempSync(join(tmpdir(), 'yitong-mount-'))
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', place]).status === 0
  if (mounted) spawnSync('umount', [place])
  rmSync(place, { recursive: true })
  return mounted
})()

function mount(size: string): void {
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=0755`, 'tmpfs', dir])
  if (status !== 0) throw new Error(String(stderr))
}

/** Takes all the space that is left. Returns what gives it back. */
function fillUp(): () => void {
  const ballast = join(dir, 'ballast')
  const { bavail, bsize } = statfsSync(dir)
  writeFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize - 32 * 1024)))
  return () => rmSync(ballast)
}

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'yitong-full-'))
})
afterEach(() => {
  spawnSync('umount', ['--lazy', dir])
  rmSync(dir, { recursive: true, force: true })
})

describe.runIf(canMount)('a full disk', () => {
  it('makes the media store refuse, keep nothing of the file, and go on when there is space again', async () => {
    mount('4m')
    const media = await openMediaStore({ dir: join(dir, 'media') })
    const photo = Buffer.alloc(1_000_000, 'x')
    const giveBack = fillUp()
    expect(await media.put(photo)).toEqual({ ok: false, refusal: { code: 'store.full', params: {} } })
    expect(readdirSync(join(dir, 'media', '.new'))).toEqual([])
    giveBack()
    expect(await media.put(photo)).toMatchObject({ ok: true })
  })

  it('makes the database refuse or go away, never lie: every acknowledged row is there afterwards', async () => {
    mount('200m')
    const embedded = await startEmbedded({ dataDir: join(dir, 'data') })
    onTestFinished(() => embedded.stop())
    const database = await openDatabase({ ...embedded.connection, waitMs: 30_000 })
    await database.query('create table kept (n int primary key, filling text)')
    const giveBack = fillUp()
    const acknowledged: number[] = []
    let refused: unknown = null
    for (let n = 0; refused === null; n++) {
      try {
        await database.query(`insert into kept values ($1, $2)`, [n, randomBytes(20_000).toString('hex')])
        acknowledged.push(n)
      } catch (error) {
        refused = error
      }
    }
    expect(['store.full', 'store.unavailable']).toContain(storeRefusal(refused)?.code)
    giveBack()
    // A server that ran out of space for its log ends itself, and is started again.
    const again = await openDatabase({ ...embedded.connection, waitMs: 30_000 })
    const rows = await again.query<{ n: number }>('select n from kept order by n')
    expect(rows.map(({ n }) => n)).toEqual(expect.arrayContaining(acknowledged))
    await again.query(`insert into kept values (-1, '')`)
    await again.close()
    await database.close()
  })
})
