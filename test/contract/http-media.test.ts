import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Actor, Role } from '../../src/contract/actor.ts'
import type { MediaStore } from '../../src/contract/ports.ts'
import { buildServer, databaseFiles } from '../../src/http/index.ts'
import { openMediaStore } from '../../src/media/store.ts'
import { type FreshDatabase, freshDatabase } from '../fresh-database.ts'
import { session, toyDeps } from '../unit/http/hub.ts'

const uuid = (n: number) => `0199a000-0000-7000-8000-${String(n).padStart(12, '0')}`
const [conversation, ticket, otherTicket, engineer] = [uuid(1), uuid(2), uuid(3), uuid(4)]
const [fromCustomer, note, mail] = [uuid(11), uuid(12), uuid(13)]
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

let fresh: FreshDatabase
let dir: string
let media: MediaStore
let server: ReturnType<typeof buildServer>

async function addTicket(id: string, assigneeId: string | null): Promise<void> {
  await fresh.database.query(
    `insert into ticket (id, number, "typeId", "formVersion", status, fields, intent, urgency, sentiment, channel,
      "createdBy", "createdAt", "updatedAt", "assigneeId")
     values ($1::uuid, $1::uuid::text, $1::uuid, 1, 'open', '{}', 'repair', 'normal', 'neutral', 'api', '{}', now(), now(), $2)`,
    [id, assigneeId],
  )
}

async function addMessage(id: string, direction: string, html: string | null = null): Promise<void> {
  await fresh.database.query(
    `insert into message (id, "conversationId", "accountId", direction, author, kind, text, html, at)
     values ($1, $2, $2, $3, 'customer', 'text', '', $4, now())`,
    [id, conversation, direction, html],
  )
}

let attachments = 0
async function attach(messageId: string, name: string, content: Buffer, contentType: string, cid?: string) {
  const stored = await media.put(content)
  if (!stored.ok) throw new Error(stored.refusal.code)
  const id = uuid(100 + ++attachments)
  await fresh.database.query(
    `insert into attachment (id, "messageId", ordinal, name, "declaredType", "contentType", size, hash, state, "contentId")
     values ($1, $2, $3, $4, '', $5, $6, $7, 'stored', $8)`,
    [id, messageId, attachments, name, contentType, content.length, stored.value.hash, cid ?? null],
  )
  return { id, hash: stored.value.hash }
}

const people: Record<string, Actor> = {
  engineer: { kind: 'user', id: uuid(21), name: 'x', roles: ['engineer'], staffId: engineer },
  stranger: { kind: 'user', id: uuid(22), name: 'x', roles: ['engineer'], staffId: uuid(5) },
  auditor: { kind: 'user', id: uuid(23), name: 'x', roles: ['auditor'], staffId: null },
}

let photo: { id: string; hash: string }
let noteFile: { id: string; hash: string }

beforeAll(async () => {
  fresh = await freshDatabase()
  dir = await mkdtemp(join(tmpdir(), 'yitong-media-'))
  media = await openMediaStore({ dir })
  const { identities, ...deps } = toyDeps()
  server = buildServer({
    ...deps,
    media,
    files: databaseFiles(fresh.database.db),
    identities: {
      ...identities,
      sessions: {
        ...identities.sessions,
        resume: async (cookie) =>
          people[cookie]
            ? { ...session, user: people[cookie] as typeof session.user }
            : await identities.sessions.resume(cookie),
      },
      link: async (value) => ({ kind: 'link', id: value, ticketId: value }),
    },
  })
  await fresh.database.query(
    `insert into conversation (id, "accountId", channel, "threadKey", "identityId", "openedAt", "lastMessageAt")
     values ($1, $1, 'email', 'x', $1, now(), now())`,
    [conversation],
  )
  await addTicket(ticket, engineer)
  await addTicket(otherTicket, null)
  await fresh.database.query(
    `insert into conversation_ticket ("conversationId", "ticketId") values ($1, $2)`,
    [conversation, ticket],
  )
  await addMessage(fromCustomer, 'in')
  await addMessage(note, 'note')
  await addMessage(mail, 'in', '<p>故障照片</p><img src="cid:photo@mail"><img src="cid:gone">')
  photo = await attach(fromCustomer, '../空调 外机.png', png, 'image/png')
  noteFile = await attach(note, 'internal.txt', Buffer.from('only for us'), 'text/plain')
  await attach(mail, 'p.png', png, 'image/png', '<photo@mail>')
})
afterAll(async () => {
  await server.close()
  await fresh.drop()
  await rm(dir, { recursive: true })
})

const get = (url: string, headers: Record<string, string> = { cookie: 'yitong=good' }) =>
  server.inject({ url, headers })

describe('files of conversations', () => {
  it('come with their real name, type and size, and run nothing', async () => {
    const answer = await get(`/api/attachments/${photo.id}`)
    expect([answer.statusCode, answer.rawPayload.equals(png)]).toEqual([200, true])
    expect(answer.headers).toMatchObject({
      'content-type': 'image/png',
      'content-length': String(png.length),
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
      'content-disposition': `inline; filename="__ __.png"; filename*=UTF-8''%E7%A9%BA%E8%B0%83%20%E5%A4%96%E6%9C%BA.png`,
    })
    const again = await get(`/api/attachments/${photo.id}`, {
      cookie: 'yitong=good',
      'if-none-match': String(answer.headers.etag),
    })
    expect(again.statusCode).toBe(304)
    const download = await get(`/api/attachments/${photo.id}?download=1`)
    expect(download.headers['content-disposition']).toMatch(/^attachment;/)
    expect((await get(`/api/media/${photo.hash}`)).statusCode).toBe(200)
  })

  it('are shown in the page only when a browser runs nothing of them', async () => {
    const cases = [
      ['<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', 'image/svg+xml', 'attachment'],
      ['<html><script>1</script></html>', 'text/html', 'attachment'],
      ['{}', 'application/json', 'attachment'],
      ['hello', 'text/plain', 'inline'],
    ] as const
    for (const [content, type, kind] of cases) {
      const { id } = await attach(fromCustomer, 'x', Buffer.from(content), type)
      const answer = await get(`/api/attachments/${id}`)
      expect([type, String(answer.headers['content-disposition']).split(';')[0]]).toEqual([type, kind])
    }
  })

  it('are as large and of the type as the file is, whatever the row says', async () => {
    const { id } = await attach(fromCustomer, 'a.txt', Buffer.from('hello'), 'image/png\r\nset-cookie: x=y')
    await fresh.database.query('update attachment set size = 500 where id = $1', [id])
    const answer = await get(`/api/attachments/${id}`)
    expect([answer.statusCode, answer.body]).toEqual([200, 'hello'])
    expect(answer.headers).toMatchObject({
      'content-length': '5',
      'content-type': 'text/plain; charset=utf-8',
    })
    const end = await get(`/api/attachments/${id}`, { cookie: 'yitong=good', range: 'bytes=-2' })
    expect([end.headers['content-range'], end.body]).toEqual(['bytes 3-4/5', 'lo'])
  })

  it('come in pieces when a player asks for them', async () => {
    const sound = Buffer.from(Array.from({ length: 1000 }, (_, i) => i % 256))
    const { id } = await attach(fromCustomer, 'voice.mp3', sound, 'audio/mpeg')
    const piece = await get(`/api/attachments/${id}`, { cookie: 'yitong=good', range: 'bytes=100-199' })
    expect([piece.statusCode, piece.headers['content-range']]).toEqual([206, 'bytes 100-199/1000'])
    expect(piece.rawPayload.equals(sound.subarray(100, 200))).toBe(true)
    const end = await get(`/api/attachments/${id}`, { cookie: 'yitong=good', range: 'bytes=-10' })
    expect(end.rawPayload.equals(sound.subarray(990))).toBe(true)
    const beyond = await get(`/api/attachments/${id}`, { cookie: 'yitong=good', range: 'bytes=1000-' })
    expect([beyond.statusCode, beyond.headers['content-range']]).toEqual([416, 'bytes */1000'])
  })

  it('are there for staff, for the engineer of the ticket and for the customer of the ticket, and for nobody else', async () => {
    const statuses = async (headers: Record<string, string>) =>
      Promise.all(
        [photo, noteFile].map(async ({ id }) => (await get(`/api/attachments/${id}`, headers)).statusCode),
      )
    expect(await statuses({ cookie: 'yitong=good' })).toEqual([200, 200])
    expect(await statuses({ cookie: 'yitong=auditor' })).toEqual([200, 200])
    expect(await statuses({ cookie: 'yitong=engineer' })).toEqual([200, 200])
    expect(await statuses({ cookie: 'yitong=stranger' })).toEqual([404, 404])
    // A customer never sees what the staff noted among themselves.
    expect(await statuses({ authorization: `Link ${ticket}` })).toEqual([200, 404])
    expect(await statuses({ authorization: `Link ${otherTicket}` })).toEqual([404, 404])
    expect(await statuses({ authorization: 'Bearer yt_good' })).toEqual([404, 404])
    expect(await statuses({})).toEqual([401, 401])
    expect((await get(`/api/media/${noteFile.hash}`, { authorization: `Link ${ticket}` })).statusCode).toBe(
      404,
    )
  })

  it('answer path tricks and broken names with not found', async () => {
    for (const id of ['..%2f..%2fetc%2fpasswd', '%00', 'A'.repeat(64), '0'.repeat(64), uuid(999)]) {
      expect((await get(`/api/media/${id}`)).statusCode).toBe(404)
      expect((await get(`/api/attachments/${id}`)).statusCode).toBe(404)
    }
  })

  it('show a mail as a page without origin that fetches nothing, its own pictures written into it', async () => {
    const answer = await get(`/api/messages/${mail}/html`)
    const policy = String(answer.headers['content-security-policy'])
    expect(policy).toMatch(/^sandbox /)
    expect(policy).not.toMatch(/allow-scripts|allow-same-origin/)
    expect(policy).toContain("default-src 'none'; img-src data:")
    expect(answer.headers['x-frame-options']).toBe('SAMEORIGIN')
    expect(answer.body).toContain(`<img src="data:image/png;base64,${png.toString('base64')}">`)
    expect(answer.body).not.toContain('cid:')
    expect((await get(`/api/messages/${fromCustomer}/html`)).statusCode).toBe(404)
    expect((await get(`/api/messages/${mail}/html`, { cookie: 'yitong=stranger' })).statusCode).toBe(404)
  })
})

describe('uploads', () => {
  async function upload(content: Buffer, name: string, type: string, cookie = 'good') {
    const form = new FormData()
    form.append('file', new Blob([new Uint8Array(content)], { type }), name)
    const request = new Request('http://hub/', { method: 'POST', body: form })
    return await server.inject({
      method: 'POST',
      url: '/api/media',
      headers: {
        cookie: `yitong=${cookie}`,
        'x-csrf-token': 'csrf',
        'content-type': request.headers.get('content-type')!,
      },
      payload: Buffer.from(await request.arrayBuffer()),
    })
  }

  it('are stored under their content, with the type that it shows and a harmless name', async () => {
    const answer = await upload(png, '../../照片.gif', 'image/gif')
    expect(answer.json()).toEqual({
      hash: photo.hash,
      size: png.length,
      contentType: 'image/png',
      name: '照片.gif',
    })
    expect(await media.has(photo.hash)).toBe(true)
  })

  it('are refused when a browser would run them, whatever they say they are', async () => {
    const html = await upload(Buffer.from('<html><script>alert(1)</script>'), 'photo.png', 'image/png')
    expect([html.statusCode, html.json().error.code]).toEqual([415, 'media.type_refused'])
    const program = await upload(Buffer.from('MZ\x90\0\x03\0\0\0\x04\0\0\0'), 'photo.png', 'image/png')
    expect(program.json().error.code).toBe('media.type_refused')
  })

  it('are refused from people who do not answer customers, without the token of the session, and without a file', async () => {
    expect((await upload(png, 'a.png', 'image/png', 'auditor')).json().error.code).toBe('access.forbidden')
    const forged = await server.inject({ method: 'POST', url: '/api/media', cookies: { yitong: 'good' } })
    expect(forged.json().error.code).toBe('access.csrf')
    const json = await server.inject({
      method: 'POST',
      url: '/api/media',
      headers: { cookie: 'yitong=good', 'x-csrf-token': 'csrf', 'content-type': 'application/json' },
      payload: '{}',
    })
    expect(json.json().error.code).toBe('request.unsupported_type')
    const empty = await server.inject({
      method: 'POST',
      url: '/api/media',
      headers: {
        cookie: 'yitong=good',
        'x-csrf-token': 'csrf',
        'content-type': 'multipart/form-data; boundary=x',
      },
      payload: '--x--\r\n',
    })
    expect(empty.statusCode).toBe(400)
  })

  it('are refused above the limit and leave nothing behind', async () => {
    const big = Buffer.concat([png, Buffer.alloc(51 * 1024 * 1024)])
    const answer = await upload(big, 'big.png', 'image/png')
    expect([answer.statusCode, answer.json().error.code]).toEqual([413, 'media.too_large'])
  }, 30_000)
})

const allRoles: readonly Role[] = ['admin', 'supervisor', 'agent', 'dispatcher', 'auditor']
describe('the roles', () => {
  it.each(allRoles)('%s sees the files of every conversation', async (role) => {
    const actor: Actor = { kind: 'user', id: uuid(30), name: 'x', roles: [role], staffId: null }
    expect(await databaseFiles(fresh.database.db).attachment(actor, noteFile.id)).not.toBeNull()
  })
})
