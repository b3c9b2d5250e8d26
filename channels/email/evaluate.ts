import { open, readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { sha256 } from '../../src/kernel/hash.ts'
import { machineOf } from './automatic.ts'
import { type Mail, readMail } from './mail.ts'
import type { MailAddress } from './mime/addresses.ts'
import { headerOf } from './mime/fields.ts'

const help = `npm run -s eval:email -- --in DIR --out FILE.jsonl

Reads every .eml, .box and .txt file below DIR and writes one JSON line for each:
  {file, from: {name, address}, to, cc, subject, message_id, in_reply_to, references, date,
   text, reply_text, html_sanitised, attachments: [{filename, content_type, size, sha256, inline}],
   auto_submitted, bounce: {recipient, status, diagnostic} | null, error?}

reply_text is the text without quotes and signature. auto_submitted is true when a machine wrote the mail.
A broken mail gets a line with what could be read and "error"; it never stops the run.
Needs no server, no database and no network.`

/** Larger files are named with an error and not read, bytes. */
const maxFileBytes = 100_000_000

interface Line {
  readonly file: string
  readonly error?: string
}

/** One line of the evaluation for the bytes of a mail. */
export function evaluateMail(file: string, raw: Uint8Array): Line & Record<string, unknown> {
  const mail = readMail(raw)
  const automatic = machineOf(mail)
  const submitted = headerOf(mail.fields, 'auto-submitted').trim().toLowerCase()
  const error = errorOf(mail)
  return {
    file,
    from: shown(mail.from),
    to: mail.to.map(shown),
    cc: mail.cc.map(shown),
    subject: mail.subject,
    message_id: mail.messageId,
    in_reply_to: mail.inReplyTo[0] ?? null,
    references: mail.references,
    date: mail.sentAtMs === null ? null : new Date(mail.sentAtMs).toISOString(),
    text: mail.body.text,
    reply_text: mail.written.reply,
    html_sanitised: mail.body.html,
    attachments: mail.body.files.map(({ name, contentType, content, inline }) => ({
      filename: name,
      content_type: contentType,
      size: content.length,
      sha256: sha256(content),
      inline,
    })),
    auto_submitted: automatic === 'auto-reply' || automatic === 'bounce' || !['', 'no'].includes(submitted),
    bounce: bounceOf(mail),
    ...(error ? { error } : {}),
  }
}

function shown({ name, sent }: MailAddress) {
  return { name, address: sent }
}

function bounceOf(mail: Mail) {
  if (!mail.report || mail.report.kind === 'read') return null
  const { recipient, status, diagnostic } = mail.report
  return { recipient, status, diagnostic }
}

function errorOf(mail: Mail): string | null {
  if (mail.damage.length > 0) return mail.damage.join('; ')
  return mail.fields.length === 0 ? 'no header fields' : null
}

async function evaluateFile(directory: string, path: string): Promise<Line> {
  const file = relative(directory, path)
  try {
    const raw = await readFile(path)
    if (raw.length > maxFileBytes) return { file, error: `larger than ${maxFileBytes} bytes` }
    return evaluateMail(file, raw)
  } catch (error) {
    return { file, error: error instanceof Error ? error.message : 'unreadable' }
  }
}

async function mailFiles(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && /\.(eml|box|txt)$/i.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { in: { type: 'string' }, out: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  })
  if (values.help) {
    console.log(help)
    return 0
  }
  if (!values.in || !values.out) {
    console.error(help)
    return 2
  }
  const files = await mailFiles(values.in)
  const out = await open(values.out, 'w')
  let damaged = 0
  try {
    for (const path of files) {
      const line = await evaluateFile(values.in, path)
      if (line.error) damaged++
      await out.write(`${JSON.stringify(line)}\n`)
    }
  } finally {
    await out.close()
  }
  console.log(`${files.length} mails read, ${damaged} of them damaged, written to ${values.out}`)
  return 0
}

if (import.meta.main) process.exitCode = await main()
