import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  type Database,
  openDatabase,
  openSecretBox,
  rotateKey,
  type SecretBox,
  sealIdentity,
} from '../../src/store/index.ts'
import { secretBox } from '../../src/store/secrets.ts'
import { type FreshDatabase, freshDatabase } from '../fresh-database.ts'

let fresh: FreshDatabase
let database: Database
let dataDir: string
const accounts = [randomUUID(), randomUUID()]
const endpoint = randomUUID()

beforeAll(async () => {
  fresh = await freshDatabase()
  await fresh.leave()
  database = await openDatabase({ url: fresh.url, applicationName: 'yitong-command' })
})
afterAll(async () => {
  await database.close()
  await fresh.drop()
})

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'yitong-rotate-'))
  await database.query('delete from channel_account')
  await database.query('delete from webhook_endpoint')
  return () => rmSync(dataDir, { recursive: true })
})

async function fill(box: SecretBox): Promise<void> {
  for (const id of accounts) {
    const sealed = box.seal(`secret of ${id}`, sealIdentity('channel_account', id))
    await database.query(
      `insert into channel_account (id, kind, name, config, secrets) values ($1, 'api', 'a', '{}', $2)`,
      [id, sealed],
    )
  }
  await database.query(
    `insert into channel_account (id, kind, name, config) values ($1, 'qr', 'none', '{}')`,
    [randomUUID()],
  )
  await database.query(
    `insert into webhook_endpoint (id, name, url, events, secrets) values ($1, 'w', 'https://a.test', '{}', $2)`,
    [endpoint, box.seal('webhook', sealIdentity('webhook_endpoint', endpoint))],
  )
}

async function opened(box: SecretBox): Promise<string[]> {
  const rows = await database.query<{ id: string; secrets: string }>(
    'select id, secrets from channel_account where secrets is not null',
  )
  return rows.map(({ id, secrets }) => box.open(secrets, sealIdentity('channel_account', id))).sort()
}
const expected = accounts.map((id) => `secret of ${id}`).sort()
const keyLines = () => readFileSync(join(dataDir, 'secret.key'), 'utf8').trim().split('\n')

describe('rotating the key', () => {
  it('seals every secret with a new key and forgets all old ones but the last', async () => {
    const settings = { dataDir, secretKey: null }
    const before = await openSecretBox(settings)
    await fill(before)
    const { keyId, resealed } = await rotateKey(database, settings)
    expect(keyId).not.toBe(before.keyId)
    expect(resealed).toBe(3)
    expect(keyLines()).toHaveLength(2)
    const last = keyLines().slice(0, 1)
    expect(await opened(secretBox(last.map((key) => Buffer.from(key, 'hex'))))).toEqual(expected)
    await rotateKey(database, settings)
    expect(keyLines()).toEqual([expect.not.stringContaining(last[0]!), ...last])
    expect(await opened(await openSecretBox(settings))).toEqual(expected)
  })

  it('needs no restart: what a running hub stores during a rotation and after it opens everywhere', async () => {
    const settings = { dataDir, secretKey: null }
    const hub = await openSecretBox(settings)
    await fill(hub)
    const identity = sealIdentity('channel_account', accounts[0]!)
    const late = hub.seal(expected[0]!, identity)
    await rotateKey(database, settings)
    expect(await opened(hub)).toEqual(expected)
    const [newest] = keyLines().map((key) => secretBox([Buffer.from(key, 'hex')]))
    expect(newest!.isStale(hub.seal('x', identity))).toBe(false)
    expect((await openSecretBox(settings)).open(late, identity)).toBe(expected[0])
  })

  it('is not held up by a token of a vendor that no key opens: a new one is fetched', async () => {
    const settings = { dataDir, secretKey: null }
    await fill(await openSecretBox(settings))
    await database.query(
      `insert into channel_token (id, sealed, "fetchedAt", "expiresAt") values ($1, $2, now(), now())`,
      [`${accounts[0]}:access`, secretBox([randomBytes(32)]).seal('t', 'x')],
    )
    expect((await rotateKey(database, settings)).resealed).toBe(3)
    expect(await database.query('select id from channel_token')).toEqual([])
  })

  it('ends a rotation that was interrupted, whether or not the rows were sealed again', async () => {
    const settings = { dataDir, secretKey: null }
    await fill(await openSecretBox(settings))
    const [old] = keyLines()
    const next = randomBytes(32).toString('hex')
    writeFileSync(join(dataDir, 'secret.key'), `${next}\n${old}\n`)
    expect(await opened(await openSecretBox(settings))).toEqual(expected)
    expect((await rotateKey(database, settings)).resealed).toBe(3)
    // Killed after the rows were sealed: the keys that were to be removed are still there.
    writeFileSync(join(dataDir, 'secret.key'), `${keyLines().join('\n')}\n${old}\n`)
    expect((await rotateKey(database, settings)).resealed).toBe(3)
    expect(keyLines()).toHaveLength(2)
    expect(keyLines()).not.toContain(old)
    expect(await opened(await openSecretBox(settings))).toEqual(expected)
  })

  it('loses no secret while hubs start and others rotate as well', async () => {
    const settings = { dataDir, secretKey: null }
    await fill(await openSecretBox(settings))
    let rotating = true
    const starts = async () => {
      while (rotating) await openSecretBox(settings)
    }
    const rotations = async () => {
      for (let round = 0; round < 4; round++)
        await Promise.all([rotateKey(database, settings), rotateKey(database, settings)])
    }
    await Promise.all([starts(), rotations().finally(() => (rotating = false))])
    expect(keyLines()).toHaveLength(2)
    expect(readdirSync(dataDir)).toEqual(['secret.key'])
    expect(await opened(await openSecretBox(settings))).toEqual(expected)
  })

  it('moves from the old key to the new one in SECRET_KEY, once no hub is connected that does not know it', async () => {
    const [old, next] = [randomBytes(32).toString('base64'), randomBytes(32).toString('hex')]
    await fill(await openSecretBox({ dataDir, secretKey: old }))
    const rotate = (secretKey: string) => rotateKey(database, { dataDir, secretKey })
    await expect(rotate(next)).rejects.toThrow('encrypted with the key')
    const hub = await openDatabase({ url: fresh.url, poolSize: 1 })
    await expect(rotate(`${next},${old}`)).rejects.toThrow(
      'A hub is connected to this database. It would go on',
    )
    await hub.close()
    expect((await rotate(`${next},${old}`)).resealed).toBe(3)
    expect(await opened(await openSecretBox({ dataDir, secretKey: next }))).toEqual(expected)
  })

  it('changes nothing when one secret cannot be opened', async () => {
    const settings = { dataDir, secretKey: null }
    await fill(await openSecretBox(settings))
    await database.query(`update webhook_endpoint set secrets = 'v1.00000000.' || repeat('A', 80)`)
    const rows = () => database.query('select id, secrets from channel_account order by id')
    const before = await rows()
    await expect(rotateKey(database, settings)).rejects.toThrow('webhook_endpoint')
    expect(keyLines()).toHaveLength(1)
    expect(await rows()).toEqual(before)
    expect(await opened(await openSecretBox(settings))).toEqual(expected)
  })
})
