import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openSecretBox, rotateKey, type SecretBox, sealIdentity } from '../../src/store/index.ts'
import { type FreshDatabase, freshDatabase } from '../fresh-database.ts'

let fresh: FreshDatabase
let dataDir: string
const accounts = [randomUUID(), randomUUID()]
const endpoint = randomUUID()

beforeAll(async () => {
  fresh = await freshDatabase()
})
afterAll(() => fresh.drop())

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'yitong-rotate-'))
  await fresh.database.query('delete from channel_account')
  await fresh.database.query('delete from webhook_endpoint')
  return () => rmSync(dataDir, { recursive: true })
})

async function fill(box: SecretBox): Promise<void> {
  for (const id of accounts) {
    const sealed = box.seal(`secret of ${id}`, sealIdentity('channel_account', id))
    await fresh.database.query(
      `insert into channel_account (id, kind, name, config, secrets) values ($1, 'api', 'a', '{}', $2)`,
      [id, sealed],
    )
  }
  await fresh.database.query(
    `insert into channel_account (id, kind, name, config) values ($1, 'qr', 'none', '{}')`,
    [randomUUID()],
  )
  await fresh.database.query(
    `insert into webhook_endpoint (id, name, url, events, secrets) values ($1, 'w', 'https://a.test', '{}', $2)`,
    [endpoint, box.seal('webhook', sealIdentity('webhook_endpoint', endpoint))],
  )
}

async function opened(box: SecretBox): Promise<string[]> {
  const rows = await fresh.database.query<{ id: string; secrets: string }>(
    'select id, secrets from channel_account where secrets is not null',
  )
  return rows.map(({ id, secrets }) => box.open(secrets, sealIdentity('channel_account', id))).sort()
}
const expected = accounts.map((id) => `secret of ${id}`).sort()
const keyLines = () => readFileSync(join(dataDir, 'secret.key'), 'utf8').trim().split('\n')

describe('rotating the key', () => {
  it('seals every secret with a new key and forgets the old one', async () => {
    const settings = { dataDir, secretKey: null }
    const before = await openSecretBox(settings)
    await fill(before)
    const { keyId, resealed } = await rotateKey(fresh.database, settings)
    expect(keyId).not.toBe(before.keyId)
    expect(resealed).toBe(3)
    expect(keyLines()).toHaveLength(1)
    expect(await opened(await openSecretBox(settings))).toEqual(expected)
    await expect(opened(before)).rejects.toThrow(keyId)
  })

  it('ends a rotation that was interrupted, whether or not the rows were sealed again', async () => {
    const settings = { dataDir, secretKey: null }
    await fill(await openSecretBox(settings))
    const [old] = keyLines()
    const next = randomBytes(32).toString('hex')
    writeFileSync(join(dataDir, 'secret.key'), `${next}\n${old}\n`)
    expect(await opened(await openSecretBox(settings))).toEqual(expected)
    expect((await rotateKey(fresh.database, settings)).resealed).toBe(3)
    writeFileSync(join(dataDir, 'secret.key'), `${next}\n${old}\n`)
    expect((await rotateKey(fresh.database, settings)).resealed).toBe(0)
    expect(keyLines()).toEqual([next])
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
        await Promise.all([rotateKey(fresh.database, settings), rotateKey(fresh.database, settings)])
    }
    await Promise.all([starts(), rotations().finally(() => (rotating = false))])
    expect(keyLines()).toHaveLength(1)
    expect(readdirSync(dataDir)).toEqual(['secret.key'])
    expect(await opened(await openSecretBox(settings))).toEqual(expected)
  })

  it('moves from the old key to the new one in SECRET_KEY', async () => {
    const [old, next] = [randomBytes(32).toString('base64'), randomBytes(32).toString('hex')]
    await fill(await openSecretBox({ dataDir, secretKey: old }))
    await expect(rotateKey(fresh.database, { dataDir, secretKey: next })).rejects.toThrow(
      'encrypted with the key',
    )
    expect((await rotateKey(fresh.database, { dataDir, secretKey: `${next},${old}` })).resealed).toBe(3)
    expect(await opened(await openSecretBox({ dataDir, secretKey: next }))).toEqual(expected)
  })

  it('changes nothing when one secret cannot be opened', async () => {
    const settings = { dataDir, secretKey: null }
    await fill(await openSecretBox(settings))
    await fresh.database.query(`update webhook_endpoint set secrets = 'v1.00000000.' || repeat('A', 80)`)
    const rows = () => fresh.database.query('select id, secrets from channel_account order by id')
    const before = await rows()
    await expect(rotateKey(fresh.database, settings)).rejects.toThrow('webhook_endpoint')
    expect(await rows()).toEqual(before)
    expect(await opened(await openSecretBox(settings))).toEqual(expected)
  })
})
