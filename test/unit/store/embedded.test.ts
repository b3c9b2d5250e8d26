import {
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hydrateSymlinks } from '../../../src/store/embedded/binaries.ts'
import { checkVersion } from '../../../src/store/embedded/cluster.ts'
import { invocation, ownerUid, readAccounts } from '../../../src/store/embedded/identity.ts'
import { ensureDataDir } from '../../../src/store/embedded/place.ts'
import { isAlive, isPostmasterOf, parsePidFile } from '../../../src/store/embedded/postmaster.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'yitong-embedded-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

describe('the pieces of the embedded server', () => {
  it('makes the library links that the package would have made, and may do so again', () => {
    mkdirSync(join(dir, 'native/lib'), { recursive: true })
    writeFileSync(join(dir, 'native/lib/libpq.so.5.18'), '')
    const links = [{ source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }]
    writeFileSync(join(dir, 'native/pg-symlinks.json'), JSON.stringify(links))
    hydrateSymlinks(dir)
    hydrateSymlinks(dir)
    expect(readlinkSync(join(dir, 'native/lib/libpq.so.5'))).toBe('libpq.so.5.18')
  })

  it('makes a data directory with all folders above it, and says of one that cannot be used why and what to do', () => {
    const deep = join(dir, 'a', 'b', 'data')
    expect(ensureDataDir(deep)).toBe(realpathSync(deep))
    expect(ensureDataDir(deep)).toBe(realpathSync(deep))
    const file = join(dir, 'file')
    writeFileSync(file, '')
    symlinkSync(join(dir, 'nowhere'), join(dir, 'link'))
    for (const [place, why] of [
      [file, 'it is not a folder'],
      [join(file, 'data'), 'it is not a folder, or it is below something that is none'],
      [join(dir, 'link'), 'no folder can be made there'],
      // Where making all folders at once would never end.
      ...(process.platform === 'linux' ? [['/proc/nope', 'no folder can be made there']] : []),
    ] as const) {
      expect(() => ensureDataDir(place)).toThrow(`The data directory ${place} cannot be used: ${why}`)
      expect(() => ensureDataDir(place)).toThrow('Set DATA_DIR to a folder')
    }
  })

  it.skipIf(process.getuid?.() === 0)('names a data directory that is closed to this user', () => {
    const closed = join(dir, 'closed')
    mkdirSync(closed, { mode: 0o500 })
    for (const place of [closed, join(closed, 'data')])
      expect(() => ensureDataDir(place)).toThrow('this user may not read and write there')
  })

  it('refuses the data of another major version and names the way there', () => {
    writeFileSync(join(dir, 'PG_VERSION'), '17\n')
    expect(() => checkVersion(dir, { major: 17 })).not.toThrow()
    expect(() => checkVersion(dir, { major: 18 })).toThrow(
      /written by PostgreSQL 17.*carries PostgreSQL 18.*npm run backup -- --out FILE.*npm run restore -- --in FILE/,
    )
  })

  it('reads a postmaster file only when it is complete', () => {
    const text = '123\n/data/postgres\n1700000000\n5432\n/tmp/yt-1\n\n  1234  0\nready   \n'
    expect(parsePidFile(text)).toEqual({
      pid: 123,
      dataDir: '/data/postgres',
      port: 5432,
      socketDir: '/tmp/yt-1',
    })
    for (const cut of [
      '',
      '123',
      '123\n/data/postgres\n',
      '123\n/data\n1\n5432\n',
      'x\n/d\n1\n5432\n/tmp\n',
    ]) {
      expect(parsePidFile(cut)).toBeNull()
    }
  })

  it('does not take a stranger with the number of a dead server for that server', () => {
    expect(isAlive(process.pid)).toBe(true)
    expect(isPostmasterOf(process.pid, dir)).toBe(false)
    expect(isAlive(2 ** 22 + 1)).toBe(false)
  })

  it('runs as root only through a namespace or another user', () => {
    const namespace = { kind: 'namespace', uid: 65534, gid: 65533 } as const
    expect(invocation(namespace, '/bin/postgres', ['-V'])).toEqual({
      command: 'unshare',
      args: ['--user', '--map-user=65534', '--map-group=65533', '/bin/postgres', '-V'],
      options: {},
    })
    const other = { kind: 'uid', uid: 7, gid: 8 } as const
    expect(invocation(other, '/bin/postgres', ['-V'])).toEqual({
      command: '/bin/postgres',
      args: ['-V'],
      options: { uid: 7, gid: 8 },
    })
    expect(ownerUid(other)).toBe(7)
  })

  it('reads accounts and skips what is none', () => {
    const file = join(dir, 'passwd')
    writeFileSync(file, 'root:x:0:0:root:/root:/bin/sh\n# note\nnobody:x:65534:65533::/:/bin/false\n')
    expect(readAccounts(file)).toEqual([
      { name: 'root', uid: 0, gid: 0 },
      { name: 'nobody', uid: 65534, gid: 65533 },
    ])
  })
})
