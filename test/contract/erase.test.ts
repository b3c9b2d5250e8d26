import { mkdtempSync, rmSync } from 'node:fs'
import { utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { oldFiles } from '../../src/app/old-files.ts'
import type { MediaStore } from '../../src/contract/ports.ts'
import { makeErasureHandlers, makeSweepHandler } from '../../src/conversations/index.ts'
import { derivedId } from '../../src/kernel/ids.ts'
import { silentLog } from '../../src/kernel/log.ts'
import { mediaPath, openMediaStore } from '../../src/media/store.ts'
import { json } from '../../src/store/index.ts'
import { type FreshDatabase, freshDatabase } from '../fresh-database.ts'
import { testHub } from '../hub.ts'

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

describe('the sweep of files that no row names', () => {
  const swept = async (nowMs = Date.now()) => {
    const handler = makeSweepHandler(oldFiles(dir))
    const ctx = { db: fresh.database.db, nowMs, log: silentLog }
    await handler.prepare({ payload: {} } as never, ctx as never, undefined)
    return await handler.commit(null as never, null, {} as never, ctx as never)
  }
  const account = async (kind: string) => {
    const id = derivedId('account', kind)
    await fresh.database.db
      .insertInto('channel_account')
      .values({ id, kind, name: kind, config: json({}) })
      .execute()
    return id
  }
  const envelope = async (name: string, accountId: string, more: object) => {
    const id = derivedId('envelope', name)
    const made = {
      kind: 'message',
      senderKey: 's',
      method: 'POST',
      path: '/',
      headers: json({}),
      bodyHash: name,
    }
    await fresh.database.db
      .insertInto('envelope')
      .values({ id, accountId, dedupeKey: name, receivedAt: new Date(), ...made, ...more })
      .execute()
    return id
  }

  it('removes what is older than a form may be, and plans the next one for the day after', async () => {
    const [old, young] = [await stored('never sent', 26), await stored('being filled in', 23)]
    const nowMs = Date.now()
    expect(await swept(nowMs)).toMatchObject({
      jobs: [{ kind: 'media.sweep', dueAtMs: nowMs + 24 * hourMs }],
    })
    expect([await media.has(old), await media.has(young)]).toEqual([false, true])
  })

  it('never removes what a message, a large body or an import names, however old it is', async () => {
    const { db } = fresh.database
    const api = await account('api')
    const names = ['of a message', 'a large body', 'an imported list', 'nobody’s']
    const [file, body, list, nobodys] = await Promise.all(names.map((name) => stored(name, 24 * 400)))
    const [contactId, identityId, conversationId, messageId] = ['c', 'i', 'v', 'm'].map((part) =>
      derivedId(part),
    )
    await db.insertInto('contact').values({ id: contactId! }).execute()
    const at = new Date()
    await db
      .insertInto('channel_identity')
      .values({ id: identityId!, accountId: api, externalId: 'x', contactId: contactId! })
      .execute()
    const opened = { openedAt: at, lastMessageAt: at, identityId: identityId! }
    await db
      .insertInto('conversation')
      .values({ id: conversationId!, accountId: api, channel: 'api', threadKey: 'x', ...opened })
      .execute()
    const said = { accountId: api, direction: 'in', author: 'customer', kind: 'text', text: 'x', at }
    await db
      .insertInto('message')
      .values({ id: messageId!, conversationId: conversationId!, ...said })
      .execute()
    const stands = { name: 'x', declaredType: 'text/plain', state: 'stored', ordinal: 0, hash: file! }
    await db
      .insertInto('attachment')
      .values({ id: derivedId('a'), messageId: messageId!, ...stands })
      .execute()
    await envelope('large', api, { bodyMedia: body!, state: 'done' })
    const command = {
      at,
      actor: json({}),
      name: 'import.apply',
      payload: json({ hash: list! }),
      outcome: 'ok',
    }
    await db
      .insertInto('command')
      .values({ id: derivedId('cmd'), ...command })
      .execute()
    await swept()
    expect(await Promise.all([file!, body!, list!, nobodys!].map((hash) => media.has(hash)))).toEqual([
      true,
      true,
      true,
      false,
    ])
  })

  it('leaves what a form may name that waits or failed, since only its signed body says so', async () => {
    const qr = await account('qr')
    const id = await envelope('failed', qr, { state: 'dead', receivedAt: new Date(Date.now() - 72 * hourMs) })
    const [its, older] = [await stored('a photo of the failed form', 80), await stored('older than it', 98)]
    await swept()
    expect([await media.has(its), await media.has(older)]).toEqual([true, false])
    await fresh.database.db.updateTable('envelope').set({ state: 'done' }).where('id', '=', id).execute()
    await swept()
    expect(await media.has(its)).toBe(false)
  })

  it('is planned for the day after a hub starts', async () => {
    const test = await testHub()
    try {
      const before = Date.now()
      await test.hub.start(true)
      const sweep = test.fresh.database.db.selectFrom('job').select('dueAt').where('kind', '=', 'media.sweep')
      const { dueAt } = await sweep.executeTakeFirstOrThrow()
      expect(dueAt.getTime()).toBeGreaterThanOrEqual(before + 24 * hourMs)
    } finally {
      await test.hub.stop()
      await test.close()
    }
  })
})
