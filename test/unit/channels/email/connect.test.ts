import { afterEach, describe, expect, it } from 'vitest'
import { connect } from '../../../../channels/email/connect.ts'
import {
  type ImapBehaviour,
  type ImapEmulator,
  startImapEmulator,
} from '../../../../channels/email/emulator/imap.ts'
import { openImap } from '../../../../channels/email/imap/session.ts'
import { trial } from '../../../../channels/email/trial.ts'
import { keepConnected, type MemoryIo, memoryIo, settingsOf } from './io.ts'
import { mailOf } from './samples.ts'

const cleanups: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function emulator(behaviour: Partial<ImapBehaviour> = {}): Promise<ImapEmulator> {
  const server = await startImapEmulator(behaviour)
  cleanups.push(() => server.stop())
  return server
}

function connected(memory: MemoryIo) {
  const kept = keepConnected(memory)
  cleanups.push(() => kept.stop())
  return kept
}

const mail = (n: number, body = `mail ${n}`) =>
  mailOf({ 'Message-ID': `<m${n}@qq.com>`, Subject: `S${n}` }, body)
const timesFailed = (memory: MemoryIo) =>
  (memory.cursors.get('imap:INBOX') as { failed: { times: number } | null } | undefined)?.failed?.times
const subjects = (memory: MemoryIo) => memory.messages().map((message) => message.subject)

describe('reading mailboxes over IMAP', { timeout: 60_000 }, () => {
  it('fetches what is there, oldest first, then what IDLE announces', async () => {
    const server = await emulator()
    server.deliver('INBOX', mail(1))
    server.deliver('INBOX', mail(2))
    const memory = memoryIo(settingsOf(server))
    connected(memory)
    await memory.until(() => memory.stored.size === 2)
    await memory.until(() => memory.states.at(-1)?.state === 'up')
    server.deliver('INBOX', mail(3))
    await memory.until(() => memory.stored.size === 3)
    expect(subjects(memory)).toEqual(['S1', 'S2', 'S3'])
    expect(server.commands).toContain('IDLE')
    expect(memory.cursors.get('imap:INBOX')).toMatchObject({ uidValidity: '1000', lastUid: 3, failed: null })
  })

  it('finds new mail by polling where the server has no IDLE, in a mailbox that was empty', async () => {
    const server = await emulator({ idle: false })
    const memory = memoryIo(settingsOf(server))
    connected(memory)
    await memory.until(() => memory.states.at(-1)?.state === 'up')
    expect(memory.states.at(-1)?.detail).toBe('no IDLE: polling')
    server.deliver('INBOX', mail(1))
    await memory.until(() => memory.stored.size === 1)
    expect(server.commands).not.toContain('IDLE')
  })

  it('does not look again while nothing is announced', async () => {
    const server = await emulator()
    server.deliver('INBOX', mail(1))
    const memory = memoryIo(settingsOf(server))
    connected(memory)
    await memory.until(() => memory.states.at(-1)?.state === 'up')
    server.deliver('INBOX', mail(2))
    await memory.until(() => memory.stored.size === 2)
    await memory.until(() => memory.states.filter(({ state }) => state === 'up').length === 2)
    expect(server.commands.filter((command) => command.startsWith('UID SEARCH')).length).toBeLessThanOrEqual(
      3,
    )
  })

  it('reads several mailboxes, and keeps reading the others when one is missing', async () => {
    const server = await emulator()
    server.deliver('INBOX', mail(1))
    // 售后 as IMAP writes it (RFC 3501 section 5.1.3).
    server.deliver('&VS5UDg-', mail(2))
    const memory = memoryIo(settingsOf(server, { mailboxes: ['INBOX', 'gone', '售后'] }))
    connected(memory)
    await memory.until(() => memory.states.at(-1)?.state === 'degraded')
    expect(memory.states.at(-1)?.detail).toContain('gone')
    expect(memory.stored.size).toBe(2)
  })

  it('connects anew with a new client after the server cut the line, and loses and doubles nothing', async () => {
    const server = await emulator()
    const memory = memoryIo(settingsOf(server))
    const kept = connected(memory)
    for (let n = 1; n <= 5; n++) {
      await memory.until(() => memory.states.at(-1)?.state === 'up')
      server.drop()
      server.deliver('INBOX', mail(n))
      await memory.until(() => memory.stored.size === n)
    }
    expect(subjects(memory)).toEqual(['S1', 'S2', 'S3', 'S4', 'S5'])
    expect(memory.calls.reduce((sum, call) => sum + call.items, 0)).toBe(5)
    expect(kept.errors.length).toBeGreaterThanOrEqual(5)
  })

  it('comes to the mails behind one that breaks the connection, first again, then by its headers', async () => {
    const server = await emulator({ breakAt: { uid: 2, times: 100 } })
    for (let n = 1; n <= 3; n++) server.deliver('INBOX', mail(n))
    const memory = memoryIo(settingsOf(server))
    connected(memory)
    await memory.until(() => memory.stored.size === 3)
    expect(subjects(memory)).toEqual(['S1', 'S2', 'S3'])
    expect(memory.messages()[1]).toMatchObject({ text: '', unsupported: expect.stringContaining('headers') })
    expect(memory.messages()[2]).toMatchObject({ text: 'mail 3' })
    // Once with its neighbours, once among those left, then alone until its headers are enough.
    expect(server.behaviour.breakAt?.times).toBe(95)
  })

  it('reads a mail whole when the connection broke in its middle only once', async () => {
    const server = await emulator({ breakAt: { uid: 2, times: 1 } })
    for (let n = 1; n <= 3; n++) server.deliver('INBOX', mail(n))
    const memory = memoryIo(settingsOf(server))
    connected(memory)
    await memory.until(() => memory.stored.size === 3)
    expect(memory.messages().map((message) => message.text)).toEqual(['mail 1', 'mail 2', 'mail 3'])
  })

  it.each([
    ['refuses', 'refuseUids'],
    ['answers with NIL', 'nilUids'],
    ['leaves out of its answers', 'silentUids'],
  ] as const)('loses no mail that a busy server %s for a while', async (_how, behaviour) => {
    const server = await emulator({ [behaviour]: new Set([1, 2, 3]) })
    for (let n = 1; n <= 3; n++) server.deliver('INBOX', mail(n))
    const memory = memoryIo(settingsOf(server))
    connected(memory)
    await memory.until(() => timesFailed(memory) === 2)
    expect(memory.stored.size).toBe(0)
    server.behaviour[behaviour].clear()
    await memory.until(() => memory.stored.size === 3)
    expect(memory.messages().map((message) => message.text)).toEqual(['mail 1', 'mail 2', 'mail 3'])
  })

  it('knows a mail by its headers when the server keeps refusing its body, and goes on', async () => {
    const server = await emulator({ refuseUids: new Set([1, 2]) })
    for (let n = 1; n <= 3; n++) server.deliver('INBOX', mail(n))
    const memory = memoryIo(settingsOf(server))
    const kept = connected(memory)
    await memory.until(() => memory.stored.size === 3)
    const headers = { text: '', unsupported: expect.stringContaining('only its headers were fetched') }
    expect(memory.messages()).toMatchObject([
      { subject: 'S1', ...headers },
      { subject: 'S2', ...headers },
      { subject: 'S3', text: 'mail 3' },
    ])
    expect(kept.errors).toHaveLength(8)
  })

  it.each(['nilUids', 'silentUids'] as const)(
    'passes over no mail in silence: what the server never gives is a placeholder (%s)',
    async (behaviour) => {
      const server = await emulator({ [behaviour]: new Set([2]) })
      for (let n = 1; n <= 3; n++) server.deliver('INBOX', mail(n))
      const memory = memoryIo(settingsOf(server))
      const kept = connected(memory)
      await memory.until(() => memory.stored.size === 3)
      expect(memory.messages().map(({ text, unsupported }) => text || unsupported)).toEqual([
        'mail 1',
        expect.stringContaining('the server did not give it'),
        'mail 3',
      ])
      expect(kept.errors).toHaveLength(6)
    },
  )

  it('goes on at once behind a mail that was expunged meanwhile', async () => {
    const server = await emulator()
    for (let n = 1; n <= 3; n++) server.deliver('INBOX', mail(n))
    const memory = memoryIo(settingsOf(server))
    server.behaviour.expungeOnFetch = 2
    const kept = connected(memory)
    await memory.until(() => memory.stored.size === 2)
    expect(subjects(memory)).toEqual(['S1', 'S3'])
    expect(kept.errors).toEqual([])
  })

  it('takes a refused search on the first visit for no empty mailbox', async () => {
    const server = await emulator({ refuseSearches: 1 })
    server.deliver('INBOX', mail(1))
    const memory = memoryIo(settingsOf(server))
    connected(memory)
    await memory.until(() => memory.states.at(-1)?.state === 'up')
    expect(subjects(memory)).toEqual(['S1'])
  })

  it('stores only the headers of a mail above the size limit', async () => {
    const server = await emulator()
    server.deliver('INBOX', mail(1, 'x'.repeat(50_000)))
    server.deliver('INBOX', mail(2))
    const memory = memoryIo({ ...settingsOf(server), maxBytes: 20_000 })
    connected(memory)
    await memory.until(() => memory.stored.size === 2)
    const [large, small] = memory.messages()
    expect(large).toMatchObject({
      subject: 'S1',
      text: '',
      unsupported: expect.stringMatching(/^a mail of 50\d\d\d bytes/),
    })
    expect(small!.text).toBe('mail 2')
  })

  it('after a change of UIDVALIDITY reads again and stores only what is new', async () => {
    const server = await emulator()
    for (let n = 1; n <= 3; n++) server.deliver('INBOX', mail(n))
    const memory = memoryIo(settingsOf(server))
    connected(memory)
    await memory.until(() => memory.states.at(-1)?.state === 'up')
    server.renumber('INBOX')
    server.drop()
    server.deliver('INBOX', mail(4))
    await memory.until(() => memory.stored.size === 4)
    expect(subjects(memory)).toEqual(['S1', 'S2', 'S3', 'S4'])
    expect(memory.cursors.get('imap:INBOX')).toMatchObject({ uidValidity: '1007', lastUid: 4 })
  })

  it('on the first visit fetches only as many days as configured', async () => {
    const server = await emulator()
    server.deliver('INBOX', mail(1), new Date(Date.now() - 30 * 24 * 3_600_000))
    server.deliver('INBOX', mail(2))
    const memory = memoryIo({ ...settingsOf(server), backfillDays: 3 })
    connected(memory)
    await memory.until(() => memory.states.at(-1)?.state === 'up')
    expect(subjects(memory)).toEqual(['S2'])
  })

  it('keeps to the configured days when the first mail of the first visit is refused at first', async () => {
    const server = await emulator({ refuseUids: new Set([2]) })
    server.deliver('INBOX', mail(1), new Date(Date.now() - 30 * 24 * 3_600_000))
    server.deliver('INBOX', mail(2))
    const memory = memoryIo({ ...settingsOf(server), backfillDays: 3 })
    connected(memory)
    await memory.until(() => timesFailed(memory) === 2)
    server.behaviour.refuseUids.clear()
    await memory.until(() => memory.states.at(-1)?.state === 'up')
    expect(memory.messages().map((message) => message.text)).toEqual(['mail 2'])
  })

  it('backfills in bounded batches and moves the cursor with each', async () => {
    const server = await emulator()
    for (let n = 1; n <= 130; n++) server.deliver('INBOX', mail(n))
    const memory = memoryIo(settingsOf(server))
    connected(memory)
    await memory.until(() => memory.stored.size === 130)
    expect(Math.max(...memory.calls.map((call) => call.items))).toBe(25)
    expect(memory.calls.slice(0, 3).map((call) => (call.cursor as { lastUid: number }).lastUid)).toEqual([
      25, 50, 75,
    ])
  })

  it('fetches small mails several by one command', async () => {
    const server = await emulator()
    for (let n = 1; n <= 30; n++) server.deliver('INBOX', mail(n))
    const memory = memoryIo(settingsOf(server))
    connected(memory)
    await memory.until(() => memory.stored.size === 30)
    expect(subjects(memory)).toEqual(Array.from({ length: 30 }, (_, n) => `S${n + 1}`))
    expect(server.commands.filter((command) => command.includes('BODY.PEEK[]'))).toHaveLength(2)
  })

  it('does not move on when the inbox could not store', async () => {
    const server = await emulator()
    server.deliver('INBOX', mail(1))
    const memory = memoryIo(settingsOf(server))
    memory.failReceive(2)
    const kept = connected(memory)
    await memory.until(() => memory.stored.size === 1)
    expect(kept.errors).toEqual(['the database is away', 'the database is away'])
  })

  it('survives a mail that is not one, among others', async () => {
    const server = await emulator()
    server.deliver('INBOX', Buffer.from([0xff, 0xfe, 0x00, 0x0d, 0x0a, 0x0d, 0x0a, 0x80, 0x80]))
    server.deliver('INBOX', Buffer.from('\r\n\r\n'))
    server.deliver('INBOX', mail(3))
    const memory = memoryIo(settingsOf(server))
    connected(memory)
    await memory.until(() => memory.stored.size === 3)
    expect(memory.messages()[2]!.text).toBe('mail 3')
  })
})

describe('signing in over IMAP', { timeout: 60_000 }, () => {
  it('identifies itself after the sign-in, as NetEase demands', async () => {
    const server = await emulator({ requireId: true })
    server.deliver('INBOX', mail(1))
    const { io } = memoryIo(settingsOf(server))
    const client = await openImap(io, true)
    const box = await client.mailboxOpen('INBOX')
    client.close()
    expect(box.exists).toBe(1)
  })

  it('reports "Unsafe Login" as a matter of configuration', async () => {
    const server = await emulator({ requireId: true })
    const memory = memoryIo(settingsOf(server))
    const connection = await connect(memory.io)
    await expect(connection.done).rejects.toThrow()
    expect(memory.states.at(-1)).toMatchObject({
      state: 'config-error',
      detail: expect.stringContaining('Unsafe Login'),
    })
  })

  it('reports a wrong password as a matter of configuration', async () => {
    const server = await emulator()
    const memory = memoryIo({ ...settingsOf(server), password: 'wrong' })
    await expect(connect(memory.io)).rejects.toThrow()
    expect(memory.states.at(-1)).toMatchObject({
      state: 'config-error',
      detail: expect.stringContaining('授权码'),
    })
  })

  it('does not call a server that is away a matter of configuration', async () => {
    const server = await emulator()
    await server.stop()
    const memory = memoryIo(settingsOf(server))
    await expect(connect(memory.io)).rejects.toThrow()
    expect(memory.states).toEqual([])
  })

  it('signs in with a token that it fetches with the refresh token, once for several connections', async () => {
    const server = await emulator({ accessToken: 'fresh token' })
    const memory = memoryIo({
      ...settingsOf(server),
      password: undefined,
      oauthTokenUrl: 'https://id.example/token',
      oauthClientId: 'client',
      oauthRefreshToken: 'refresh',
    })
    const asked: string[] = []
    const io = {
      ...memory.io,
      fetch: async (url: string, init?: { body?: string | Uint8Array }) => {
        asked.push(`${url} ${init?.body}`)
        const text = JSON.stringify({ access_token: 'fresh token', expires_in: 3600 })
        const bytes = async () => Buffer.from(text)
        return {
          status: 200,
          headers: {},
          url,
          bytes,
          text: async () => text,
          json: async () => JSON.parse(text),
        }
      },
    }
    const first = await openImap(io)
    const second = await openImap(io)
    first.close()
    second.close()
    expect(asked).toEqual([
      'https://id.example/token grant_type=refresh_token&client_id=client&refresh_token=refresh',
    ])
  })

  it('says in plain words what works when the settings are tried', async () => {
    const server = await emulator()
    server.deliver('INBOX', mail(1))
    const { io } = memoryIo({
      ...settingsOf(server, { mailboxes: ['INBOX', 'gone'] }),
      smtp: { host: '127.0.0.1', port: 1, security: 'none', authenticate: true },
    })
    const steps = await trial(io)
    expect(steps.map(({ name, ok }) => [name, ok])).toEqual([
      ['imap', true],
      ['mailbox:INBOX', true],
      ['mailbox:gone', false],
      ['smtp', false],
    ])
    for (const step of steps) {
      expect(step.zh).toMatch(/[\u4e00-\u9fff]/)
      expect(step.en).toMatch(/^[A-Z]/)
    }
  })
})
