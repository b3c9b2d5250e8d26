import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeAppender } from '../../src/app/appender.ts'
import { noEffects } from '../../src/contract/jobs.ts'
import type { InboundAttachment, MessageEnvelope } from '../../src/contract/message.ts'
import { makeReceiver } from '../../src/inbox/index.ts'
import { systemClock } from '../../src/kernel/clock.ts'
import { derivedId, timeIds } from '../../src/kernel/ids.ts'
import { silentLog } from '../../src/kernel/log.ts'
import { openMediaStore } from '../../src/media/store.ts'
import { json, type Tx } from '../../src/store/index.ts'
import { toyChannel } from '../fixtures/toy-channel.ts'
import { type FreshDatabase, freshDatabase } from '../fresh-database.ts'

const accountId = derivedId('account')
const dir = mkdtempSync(join(tmpdir(), 'yitong-batches-'))
let fresh: FreshDatabase
beforeAll(async () => {
  fresh = await freshDatabase()
  await fresh.database.db
    .insertInto('channel_account')
    .values({ id: accountId, kind: 'toy', name: 'toy', config: json({}) })
    .execute()
})
afterAll(async () => {
  await fresh.drop()
  rmSync(dir, { recursive: true, force: true })
})

/** The vendor's body is the file; a mail's parser makes as much of it. */
function mail(body: Uint8Array): MessageEnvelope {
  const attachment = (name: string, source: InboundAttachment['source']): InboundAttachment => ({
    ...{ name, contentType: 'application/octet-stream', source },
  })
  const key = String(body[0])
  return {
    ...{ kind: 'message', dedupeKey: key, senderKey: key, threadKey: key, identity: { externalId: key } },
    message: {
      ...{ kind: 'text', providerMessageId: key, sentAtMs: null, text: 'see the file' },
      attachments: [
        attachment('a.bin', { kind: 'bytes', content: Buffer.from(body) }),
        attachment('b.bin', { kind: 'fetch', ref: { at: 'b' } }),
      ],
    },
  } as MessageEnvelope
}

it('a batch of large mails ends at four megabytes of bodies, and what waits for its end holds no bytes of files', async () => {
  const { database } = fresh
  const media = await openMediaStore({ dir })
  const { receive } = makeReceiver({ database, media, ids: timeIds(Date.now), stored: () => {} })
  const body = (n: number) => Buffer.alloc(1024 * 1024, n)
  const request = { method: 'POST', path: '/', query: {}, headers: {}, remoteAddress: '', receivedAtMs: 1 }
  for (let n = 0; n < 10; n++) {
    const [dedupeKey, senderKey] = [`${n}`, `${n}`]
    await receive([
      {
        ...{ accountId, claims: {}, part: 0, kind: 'message', dedupeKey, senderKey },
        request: { ...request, body: body(n) },
      },
    ])
  }
  const batches = new Map<Tx, MessageEnvelope[]>()
  const channel = {
    ...toyChannel(),
    parse: ({ request: { body: sent } }: { request: { body: Uint8Array } }) => [mail(sent)],
  }
  const account = { id: accountId, kind: 'toy', config: {}, channel } as never
  const appender = makeAppender({
    ...{ database, media, clock: systemClock, log: silentLog, registry: { byId: () => account } },
    ...{ isUrgent: () => false, actions: {}, recordOf: async () => null, wrote: () => {} },
    ...{
      followUp: async () => noEffects,
      applyReceipt: async () => noEffects,
      reportCall: async () => noEffects,
    },
    staffMessage: async (tx, { envelope }) => {
      batches.set(tx, [...(batches.get(tx) ?? []), envelope])
      return null
    },
  })
  while ((await appender.turn()).more);
  expect([...batches.values()].map((batch) => batch.length)).toEqual([4, 4, 2])
  const held = [...batches.values()].flat().flatMap(({ message }) => message.attachments)
  expect(held.filter(({ source }) => source.kind === 'bytes')).toEqual([])
  const stored = await database.db
    .selectFrom('attachment')
    .select(['state', 'hash', 'size'])
    .where('ordinal', '=', 0)
    .execute()
  expect(stored.map(({ state, size }) => `${state} ${size}`)).toEqual(
    Array.from({ length: 10 }, () => `stored ${1024 * 1024}`),
  )
  const pending = await database.db
    .selectFrom('attachment')
    .select('state')
    .where('ordinal', '=', 1)
    .execute()
  expect(new Set(pending.map(({ state }) => state))).toEqual(new Set(['pending']))
})
