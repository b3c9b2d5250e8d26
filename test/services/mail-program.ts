import { ImapFlow } from 'imapflow'
import { createTransport } from 'nodemailer'
import { type Mail, readMail } from '../../channels/email/mail.ts'
import type { MailServers } from './mail-servers.ts'

/** A person's ordinary mail program on the servers of the test. */
export interface MailProgram {
  /** Sends as 张三 to support@example.com unless the mail says otherwise. */
  send(mail: Record<string, unknown>): Promise<{ messageId: string }>
  /** The mails of a mailbox in order of arrival, once there are as many. */
  receive(count: number, user?: string): Promise<Mail[]>
}

/** A mail program of zhangsan@example.org. */
export function mailProgram(servers: MailServers): MailProgram {
  async function look(count: number, user: string): Promise<Mail[] | null> {
    const client = new ImapFlow({
      host: '127.0.0.1',
      port: servers.imapPort,
      secure: false,
      doSTARTTLS: false,
      auth: { user, pass: servers.password },
      logger: false,
    })
    await client.connect()
    const { exists } = await client.mailboxOpen('INBOX')
    const rows = exists >= count && exists > 0 ? await client.fetchAll('1:*', { source: true }) : []
    await client.logout()
    return rows.length >= count ? rows.map((row) => readMail(row.source!)) : null
  }
  return {
    async send(mail) {
      const transport = createTransport({ host: '127.0.0.1', port: servers.smtpPort, ignoreTLS: true })
      const sent = await transport.sendMail({
        from: '张三 <zhangsan@example.org>',
        to: 'support@example.com',
        ...mail,
      })
      transport.close()
      return { messageId: sent.messageId }
    },
    async receive(count, user = 'zhangsan@example.org') {
      for (;;) {
        const mails = await look(count, user)
        if (mails) return mails
        await new Promise((resolve) => setTimeout(resolve, 200))
      }
    },
  }
}
