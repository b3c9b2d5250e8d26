import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { firstPassword, freePort, type HubProcess, signIn, startHub } from '../../bench/hub-process.ts'
import { type ImapEmulator, startImapEmulator } from '../../channels/email/emulator/imap.ts'
import { openDatabase, startEmbedded } from '../../src/store/index.ts'

/** What the receiving server does with a mail that it has read whole. */
type Reception = 'answer' | 'kill before the answer' | 'kill with the answer'

/** A customer's mail. */
function mail(subject: string, from: string): Buffer {
  const lines = [
    `From: ${from}`,
    'To: support@example.com',
    `Subject: ${subject}`,
    `Message-ID: <${subject}@customer.example>`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    '',
    '杭州市西湖区文三路259号，家里空调不制冷了，麻烦派师傅来修，电话13605712844。',
  ]
  return Buffer.from(lines.join('\r\n'))
}

describe('a hub that is killed while it sends a mail', () => {
  let dataDir: string
  let env: Record<string, string>
  let hub: HubProcess
  let imap: ImapEmulator
  let smtp: SMTPServer
  const arrived: { readonly to: string; readonly messageId: string }[] = []
  /** What happens to the next mails, in turn; then every mail is answered. */
  const plan: Reception[] = []
  let killed: Promise<void> = Promise.resolve()

  beforeAll(async () => {
    imap = await startImapEmulator()
    smtp = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      disableReverseLookup: true,
      onAuth: (_auth, _session, done) => done(null, { user: 'support' }),
      onData(stream, session, done) {
        const chunks: Buffer[] = []
        stream.on('data', (chunk: Buffer) => chunks.push(chunk))
        stream.on('end', () => {
          const text = Buffer.concat(chunks).toString()
          const messageId = /^message-id: *(\S+)/im.exec(text)?.[1] ?? ''
          arrived.push({ to: session.envelope.rcptTo[0]!.address, messageId })
          const reception = plan.shift() ?? 'answer'
          if (reception !== 'answer') killed = hub.kill()
          if (reception !== 'kill before the answer') done(null, 'queued')
        })
      },
    })
    smtp.on('error', () => {})
    await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve))
    dataDir = mkdtempSync(join(tmpdir(), 'yitong-mail-'))
    env = {
      DATA_DIR: dataDir,
      PORT: String(await freePort()),
      LOG_LEVEL: 'error',
      ALLOW_PRIVATE_HOSTS: '127.0.0.1',
    }
    hub = await startHub(env)
    const console = await signIn(hub, firstPassword(hub))
    await console.post('/api/channel/create', {
      kind: 'email',
      name: '售后',
      config: {
        address: imap.user,
        password: imap.password,
        imap: { host: '127.0.0.1', port: imap.port, security: 'none' },
        smtp: {
          host: '127.0.0.1',
          port: (smtp.server.address() as AddressInfo).port,
          security: 'none',
          authenticate: true,
        },
      },
    })
  })

  afterAll(async () => {
    await hub.stop()
    await imap.stop()
    await new Promise<void>((resolve) => smtp.close(() => resolve()))
    rmSync(dataDir, { recursive: true, force: true })
  })

  async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
    for (let waited = 0; waited < 60_000; waited += 100) {
      if (await holds()) return
      await pause(100)
    }
    throw new Error(`waited in vain until ${what}; arrived: ${JSON.stringify(arrived)}`)
  }

  const of = (to: string) => arrived.filter((one) => one.to === to)

  async function parts(to: string) {
    const embedded = await startEmbedded({ dataDir, share: true })
    const database = await openDatabase(embedded.connection)
    try {
      return await database.query<{ state: string; unknownRetries: number }>(
        `select p."state", p."unknownRetries" from outbox_part p join outbox_message m on m."id" = p."outboxId"
          where m."toExternalId" = $1`,
        [to],
      )
    } finally {
      await database.close()
      await embedded.stop()
    }
  }

  it.each(['kill before the answer', 'kill with the answer'] as const)(
    'repeats it at most once, under the same Message-ID: %s',
    async (reception) => {
      const to = `${reception.replaceAll(' ', '-')}@customer.example`
      plan.push(reception)
      imap.deliver('INBOX', mail(reception.replaceAll(' ', '-'), to))
      await until('the first mail arrived', () => of(to).length === 1)
      await killed
      hub = await startHub(env)
      await until('it counts as sent', async () => (await parts(to))[0]?.state === 'sent')
      expect(await parts(to)).toHaveLength(1)
      expect(of(to).length).toBeLessThanOrEqual(2)
      expect(new Set(of(to).map((one) => one.messageId)).size).toBe(1)
    },
  )

  it('leaves it to a person when the repetition ended in the dark as well', async () => {
    const to = 'twice@customer.example'
    plan.push('kill before the answer', 'kill before the answer')
    imap.deliver('INBOX', mail('twice', to))
    await until('the first mail arrived', () => of(to).length === 1)
    await killed
    hub = await startHub(env)
    await until('the repetition arrived', () => of(to).length === 2)
    await killed
    hub = await startHub(env)
    await until('nobody knows', async () => (await parts(to))[0]?.state === 'unknown')
    await hub.stop()
    hub = await startHub(env)
    await pause(2000)
    expect(await parts(to)).toEqual([{ state: 'unknown', unknownRetries: 1 }])
    expect(of(to)).toHaveLength(2)
  })
})
