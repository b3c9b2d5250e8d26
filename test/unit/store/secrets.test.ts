import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSecretBox, parseKeys, secretBox } from '../../../src/store/secrets.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'yitong-secrets-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

describe('sealed secrets', () => {
  const [first, second] = [randomBytes(32), randomBytes(32)]

  it('open to what was sealed, and only for the same row', () => {
    const box = secretBox([first])
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.uuid(), fc.uuid(), (plain, id, other) => {
        fc.pre(id !== other)
        const sealed = box.seal(plain, `channel_account:${id}`)
        expect(box.open(sealed, `channel_account:${id}`)).toBe(Buffer.from(plain, 'utf8').toString('utf8'))
        expect(() => box.open(sealed, `channel_account:${other}`)).toThrow('belongs to another row')
      }),
    )
  })

  it('do not open when any character of them was changed', () => {
    const box = secretBox([first])
    const sealed = box.seal('令牌 token', 'a:1')
    for (let at = 0; at < sealed.length; at++) {
      const changed = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1)
      // The last character of base64url may carry bits that mean nothing.
      const same = Buffer.from(changed.split('.')[2] ?? '', 'base64url').equals(
        Buffer.from(sealed.split('.')[2]!, 'base64url'),
      )
      if (same && at > sealed.lastIndexOf('.')) continue
      expect(() => box.open(changed, 'a:1'), `position ${at}`).toThrow(/secret of a:1/)
    }
  })

  it('never look the same twice', () => {
    const box = secretBox([first])
    expect(box.seal('x', 'a:1')).not.toBe(box.seal('x', 'a:1'))
  })

  it('open under an older key while it is kept, and say which key is missing afterwards', () => {
    const sealed = secretBox([first]).seal('x', 'a:1')
    const both = secretBox([second, first])
    expect(both.isStale(sealed)).toBe(true)
    expect(both.open(sealed, 'a:1')).toBe('x')
    expect(both.isStale(both.seal('x', 'a:1'))).toBe(false)
    expect(() => secretBox([second]).open(sealed, 'a:1')).toThrow(secretBox([first]).keyId)
  })
})

describe('the key of an installation', () => {
  it('is made once, readable by its owner only, and found again', async () => {
    const made = await openSecretBox({ dataDir: dir, secretKey: null })
    expect(statSync(join(dir, 'secret.key')).mode & 0o777).toBe(0o600)
    const again = await openSecretBox({ dataDir: dir, secretKey: null })
    expect(again.open(made.seal('x', 'a:1'), 'a:1')).toBe('x')
    expect(readFileSync(join(dir, 'secret.key'), 'utf8')).toMatch(/^[0-9a-f]{64}\n$/)
  })

  it('is not written again by a start, and is one when several begin at once', async () => {
    const settings = { dataDir: dir, secretKey: null }
    const boxes = await Promise.all(Array.from({ length: 8 }, () => openSecretBox(settings)))
    expect(new Set(boxes.map(({ keyId }) => keyId)).size).toBe(1)
    const file = join(dir, 'secret.key')
    const before = statSync(file)
    await openSecretBox(settings)
    expect(statSync(file)).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs })
    expect(readdirSync(dir)).toEqual(['secret.key'])
  })

  it('comes from SECRET_KEY as hex or base64 and then leaves no file', async () => {
    const key = randomBytes(32)
    const hex = await openSecretBox({ dataDir: dir, secretKey: key.toString('hex') })
    const base64 = await openSecretBox({ dataDir: dir, secretKey: ` ${key.toString('base64')}\n` })
    expect(hex.keyId).toBe(base64.keyId)
    expect(() => statSync(join(dir, 'secret.key'))).toThrow('ENOENT')
  })

  it('is read again from the file when it was changed there: for what is opened and for what is sealed from then on', async () => {
    const box = await openSecretBox({ dataDir: dir, secretKey: null })
    const file = join(dir, 'secret.key')
    const next = randomBytes(32)
    writeFileSync(file, `${next.toString('hex')}\n${readFileSync(file, 'utf8')}`)
    expect(secretBox([next]).open(box.seal('x', 'a:1'), 'a:1')).toBe('x')
    const third = randomBytes(32)
    writeFileSync(file, `${third.toString('hex')}\n`)
    expect(box.open(secretBox([third]).seal('y', 'a:1'), 'a:1')).toBe('y')
    // What it knew it still opens.
    expect(box.open(secretBox([next]).seal('z', 'a:1'), 'a:1')).toBe('z')
  })

  it('is named by the path of its file when a secret needs another one', async () => {
    const box = await openSecretBox({ dataDir: dir, secretKey: null })
    const foreign = secretBox([randomBytes(32)]).seal('x', 'a:1')
    expect(() => box.open(foreign, 'a:1')).toThrow(`which is not in ${join(dir, 'secret.key')}. Put`)
    rmSync(join(dir, 'secret.key'))
    expect(() => box.open(foreign, 'a:1')).toThrow(`${join(dir, 'secret.key')} cannot be read (ENOENT)`)
    expect(box.open(box.seal('x', 'a:1'), 'a:1')).toBe('x')
  })

  it('is refused with a sentence when it is no key', () => {
    for (const text of ['', 'secret', `${'ab'.repeat(31)}`, `${'ab'.repeat(32)},short`]) {
      expect(() => parseKeys(text, 'SECRET_KEY')).toThrow(/^SECRET_KEY is not a key: 32 bytes/)
    }
  })
})
