import { emailConfigSchema } from '../../../../channels/email/config.ts'
import { parse } from '../../../../channels/email/parse.ts'
import type { Verified } from '../../../../src/contract/channel.ts'
import type { MessageEnvelope } from '../../../../src/contract/message.ts'

/** The account that the tests write to. */
export const config = emailConfigSchema.parse({
  address: 'Support@example.com',
  name: '某某售后',
  aliases: ['service@example.com'],
  imap: { host: '127.0.0.1', port: 1143, security: 'none' },
  smtp: { host: '127.0.0.1', port: 1025, security: 'none' },
  password: 'secret',
  threadSecret: 'a secret for the tests',
})

/** A mail as the mailbox reader hands it to `parse`. */
export function verifiedMail(raw: Uint8Array, claims: Verified['claims'] = {}): Verified {
  const request = {
    method: 'IMAP',
    path: 'INBOX',
    query: {},
    headers: {},
    body: raw,
    remoteAddress: '',
    receivedAtMs: 0,
  }
  return { request, claims }
}

/** A plain mail; `fields` replace or add header fields. */
export function mailOf(fields: Record<string, string>, body = '空调坏了'): Buffer {
  const all = {
    From: '张三 <zhangsan@qq.com>',
    To: 'support@example.com',
    Subject: '空调坏了',
    Date: 'Fri, 20 Nov 2026 10:00:00 +0800',
    'Message-ID': '<m1@qq.com>',
    'Content-Type': 'text/plain; charset=utf-8',
    ...fields,
  }
  const lines = Object.entries(all)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}: ${value}`)
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`)
}

/** The message envelope of a mail. */
export function messageOf(raw: Uint8Array): MessageEnvelope {
  const envelope = parse(verifiedMail(raw), config).at(-1)!
  if (envelope.kind !== 'message') throw new Error(`a ${envelope.kind} came last`)
  return envelope
}
