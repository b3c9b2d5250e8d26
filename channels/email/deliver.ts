import MailComposer from 'nodemailer/lib/mail-composer'
import { DeliveryError, type ProviderCall, type Receipt } from '../../src/contract/channel.ts'
import type { ChannelIo } from '../../src/contract/ports.ts'
import type { EmailConfig } from './config.ts'
import { safeFileName } from './mime/filename.ts'
import { type MailCall, mailCall } from './render.ts'
import { openSmtp, sendOver } from './smtp.ts'

/**
 * Sends a mail by SMTP. SMTP knows no idempotency key: the Message-ID, the same on every try, is what lets receivers and
 * people see that two copies are one mail. Throws DeliveryError as `smtp.ts` classifies.
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
  const receivers = [...mail.to, ...mail.cc].map((entry) => entry.address)
  if (receivers.length === 0) throw new DeliveryError('never', 'no_receiver', 'the mail has no receiver')
  const message = await compose(mail, io)
  const connection = await openSmtp(io)
  try {
    const envelope = { from: mail.from.address, to: receivers, size: message.length }
    const { response, rejected } = await sendOver(connection, envelope, message, io.signal)
    connection.quit()
    const detail = {
      response: response.slice(0, 500),
      ...(rejected.length > 0 ? { rejected: [...rejected] } : {}),
    }
    return { providerMessageId: mail.messageId, detail }
  } catch (error) {
    connection.close()
    throw error
  }
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
