import { machineOf } from '../../../../channels/email/automatic.ts'
import { readMail } from '../../../../channels/email/mail.ts'

/** The facts of a mail that the fixtures' expectations name. */
export function summaryOf(raw: Uint8Array) {
  const mail = readMail(raw)
  return {
    from: `${mail.from.name} <${mail.from.sent}>`,
    subject: mail.subject,
    messageId: mail.messageId,
    sentAtMs: mail.sentAtMs,
    text: mail.body.text.slice(0, 600),
    reply: mail.written.reply.slice(0, 600),
    signature: mail.written.signature,
    html: mail.body.html,
    files: mail.body.files.map((file) => ({
      name: file.name,
      type: file.contentType,
      size: file.content.length,
      inline: file.inline,
    })),
    machine: machineOf(mail),
    report: mail.report,
    damage: mail.damage,
  }
}
