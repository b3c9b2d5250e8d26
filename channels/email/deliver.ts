import MailComposer from 'nodemailer/lib/mail-composer'
import type SMTPConnection from 'nodemailer/lib/smtp-connection'
import { DeliveryError, type ProviderCall, type Receipt } from '../../src/contract/channel.ts'
import type { ChannelIo } from '../../src/contract/ports.ts'
import type { EmailConfig } from './config.ts'
import { safeFileName } from './mime/filename.ts'
import { type MailCall, mailCall } from './render.ts'
import { openSmtp, type SmtpEnvelope, sendOver } from './smtp.ts'

/**
 * Sends a mail by SMTP. SMTP knows no idempotency key: the Message-ID, the same on every try, is what lets receivers and
 * people see that two copies are one mail. The mail is sent when somebody in To has it; who was refused besides is named in the receipt.
 * Throws DeliveryError as `smtp.ts` classifies.
 */
export async function deliver(
  call: ProviderCall,
  _key: string,
  io: ChannelIo<EmailConfig>,
): Promise<Receipt> {
  const parsed = mailCall.safeParse(call.body)
  if (!parsed.success)
    throw new DeliveryError('never', 'call_invalid', 'the stored mail does not read as one')
  const mail = parsed.data
  if (mail.to.length === 0) throw new DeliveryError('never', 'no_receiver', 'the mail has no receiver')
  const message = await compose(mail, io)
  const connection = await openSmtp(io)
  try {
    const { response, rejected } = await sendOver(
      connection,
      envelopeOf(mail, mail.to, message),
      message,
      io.signal,
    )
    const refused = [...rejected, ...(await sendCopies(connection, mail, message, io))]
    connection.quit()
    const detail = { response: response.slice(0, 500), ...(refused.length > 0 ? { rejected: refused } : {}) }
    return { providerMessageId: mail.messageId, detail }
  } catch (error) {
    connection.close()
    throw error
  }
}

/**
 * Copies go in a transaction of their own, after the receivers'. A server takes a mail when it takes one of its receivers: together, a
 * customer whom it refuses would count as told because a colleague was taken, and every further try would reach the colleague again.
 * Resolves to those who did not get it; that fails nothing, for the customer has the mail.
 */
async function sendCopies(
  connection: SMTPConnection,
  mail: MailCall,
  message: Buffer,
  io: ChannelIo<EmailConfig>,
): Promise<readonly string[]> {
  if (mail.cc.length === 0) return []
  const envelope = envelopeOf(mail, mail.cc, message)
  try {
    return (await sendOver(connection, envelope, message, io.signal)).rejected
  } catch (error) {
    // The code alone: servers put the address into their words.
    const { code } = error as DeliveryError
    io.log.warn({ messageId: mail.messageId, code }, 'the copies of a mail were not taken')
    return envelope.to
  }
}

function envelopeOf(mail: MailCall, receivers: MailCall['to'], message: Buffer): SmtpEnvelope {
  return { from: mail.from.address, to: receivers.map((entry) => entry.address), size: message.length }
}

async function compose(mail: MailCall, io: ChannelIo<EmailConfig>): Promise<Buffer> {
  const attachments = []
  for (const [n, { name, contentType, hash }] of mail.attachments.entries()) {
    const content = Buffer.from(await io.media.get(hash))
    attachments.push({ filename: safeFileName(name, contentType, n + 1), contentType, content })
  }
  const composer = new MailComposer({
    from: mail.from,
    to: mail.to,
    cc: mail.cc,
    ...(mail.replyTo ? { replyTo: mail.replyTo } : {}),
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    messageId: mail.messageId,
    ...(mail.inReplyTo ? { inReplyTo: mail.inReplyTo } : {}),
    references: mail.references,
    date: new Date(io.clock.now()),
    headers: automaticFields(mail),
    attachments,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return await composer.compile().build()
}

/** Fields that keep other machines from answering ours (RFC 3834 section 5; Microsoft's X-Auto-Response-Suppress). */
function automaticFields(mail: MailCall): Record<string, string> {
  if (!mail.autoSubmitted) return {}
  return {
    'Auto-Submitted': mail.autoSubmitted,
    'X-Auto-Response-Suppress': 'All',
    'X-Loop': mail.from.address,
  }
}
