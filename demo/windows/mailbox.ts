import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { startImapEmulator } from '../../channels/email/emulator/imap.ts'
import type { Line, Person, Vendor } from './window.ts'

const customer: Person = { id: 'wangfang@example.com', name: '王芳', role: 'customer' }

/** A mailbox: a customer writes a mail; what the hub sends to them arrives on their screen. */
export async function mailbox(): Promise<Vendor> {
  const imap = await startImapEmulator()
  const lines: Line[] = []
  let sent = 0
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    onAuth: (_auth, _session, done) => done(null, { user: 'support' }),
    onData(stream, _session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        lines.push({ by: 'hub', text: wordsOf(Buffer.concat(chunks).toString('utf8')) })
        done(null, 'queued')
      })
    },
  })
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve))
  const server = { host: '127.0.0.1', security: 'none' }
  return {
    kind: 'email',
    accountName: '模拟邮箱',
    config: {
      address: imap.user,
      password: imap.password,
      imap: { ...server, port: imap.port },
      smtp: { ...server, port: (smtp.server.address() as AddressInfo).port },
    },
    connect: () => {},
    window: {
      vendor: 'email',
      zh: '邮箱',
      en: 'Mailbox',
      people: [customer],
      screen: () => lines,
      async say(_id, text) {
        const [subject = '', ...rest] = text.split('\n')
        lines.push({ by: 'person', text })
        imap.deliver('INBOX', Buffer.from(mailOf(imap.user, subject, rest.join('\n') || subject, ++sent)))
      },
    },
    async stop() {
      await imap.stop()
      await new Promise<void>((resolve) => smtp.close(() => resolve()))
    },
  }
}

function mailOf(to: string, subject: string, text: string, count: number): string {
  const word = (value: string) => `=?utf-8?B?${Buffer.from(value).toString('base64')}?=`
  return [
    `From: ${word(customer.name)} <${customer.id}>`,
    `To: <${to}>`,
    `Subject: ${word(subject)}`,
    `Message-ID: <demo-${count}-${Date.now()}@example.com>`,
    `Date: ${new Date().toUTCString()}`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    Buffer.from(text).toString('base64'),
    '',
  ].join('\r\n')
}

/** The readable part of a mail that the hub sent: its first text part. */
function wordsOf(raw: string): string {
  const part = /Content-Type: text\/plain[\s\S]*?\r\n\r\n([\s\S]*?)(?:\r\n--|$)/i.exec(raw)
  const body = part?.[1] ?? raw
  if (/Content-Transfer-Encoding: base64/i.test(part?.[0] ?? ''))
    return Buffer.from(body, 'base64').toString('utf8').trim()
  const bytes = body
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString('utf8').trim()
}
