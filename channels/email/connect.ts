import type { ImapFlow } from 'imapflow'
import type { Connection } from '../../src/contract/channel.ts'
import type { ConnectIo, ConnectionState } from '../../src/contract/ports.ts'
import type { EmailConfig } from './config.ts'
import { readMailbox } from './imap/mailbox.ts'
import { explain, openImap } from './imap/session.ts'

/** With IDLE and one mailbox the server says what is new; this is how often we look all the same, ms. */
const lookMs = 4 * 60_000

/**
 * Reads the account's mailboxes until it is closed or the connection breaks; whoever supervises it connects anew, with
 * a new client each time. The first mailbox is watched by IDLE, the others (and all of them where the server has no IDLE)
 * are looked into every `pollMs`. Rejects `done` with the reason; what only a person can mend is reported as
 * `config-error` first.
 */
export async function connect(io: ConnectIo<EmailConfig>): Promise<Connection> {
  const report = (state: ConnectionState['state'], detail?: string) => {
    const now = io.clock.now()
    io.report({ state, sinceMs: now, lastSeenMs: now, ...(detail ? { detail } : {}) })
  }
  const fail = (error: unknown): never => {
    const { kind, en, zh } = explain(error)
    if (kind === 'config') report('config-error', `${zh} ${en}`)
    throw error instanceof Error ? error : new Error(en)
  }
  const client = await openImap(io).catch(fail)
  let isClosing = false
  const close = async () => {
    isClosing = true
    client.close()
  }
  const done = watch(client, io, report).catch((error: unknown) => {
    client.close()
    if (!isClosing && !io.signal.aborted) fail(error)
  })
  return { done, close }
}

async function watch(
  client: ImapFlow,
  io: ConnectIo<EmailConfig>,
  report: (state: ConnectionState['state'], detail?: string) => void,
): Promise<void> {
  const { mailboxes } = io.config.imap
  const news = new News(client, io.signal)
  const hasIdle = client.capabilities.has('IDLE')
  const pauseMs = hasIdle && mailboxes.length === 1 ? lookMs : io.config.pollMs
  try {
    while (client.usable && !io.signal.aborted) {
      news.clear()
      const trouble = await readAll(client, io)
      if (trouble === null) report('up', hasIdle ? undefined : 'no IDLE: polling')
      else report('degraded', trouble)
      const isWatched = hasIdle && client.mailbox && client.mailbox.path === mailboxes[0]
      if (isWatched && !news.seen) void client.idle().catch(() => {})
      await news.wait(isWatched ? pauseMs : io.config.pollMs)
    }
  } finally {
    news.stop()
  }
  if (!io.signal.aborted) throw new Error('the mail server closed the connection')
}

/** Reads every mailbox; one that cannot be opened does not keep the others from being read. Returns what is wrong. */
async function readAll(client: ImapFlow, io: ConnectIo<EmailConfig>): Promise<string | null> {
  const { mailboxes } = io.config.imap
  const troubles: string[] = []
  // The first one last: it stays selected, and what it announces from now on is heard.
  for (const path of [...mailboxes.slice(1), mailboxes[0]!]) {
    try {
      const count = await readMailbox(client, path, io)
      if (count > 0) io.log.info({ mailbox: path, count }, 'mails were received')
    } catch (error) {
      const isOnly = mailboxes.length === 1
      const { kind, en } = explain(error)
      if (isOnly || !client.usable || io.signal.aborted || kind !== 'refused') throw error
      troubles.push(`${path}: ${en}`)
    }
  }
  if (troubles.length === mailboxes.length) throw new Error(troubles.join('; '))
  return troubles.length > 0 ? troubles.join('; ') : null
}

/** Waits for the server to announce a mail, for the connection to end, for the signal, or for a pause to be over. */
class News {
  seen = false
  private wake: (() => void) | null = null
  private readonly hear = () => {
    this.seen = true
    this.wake?.()
  }
  private readonly signal: AbortSignal

  constructor(client: ImapFlow, signal: AbortSignal) {
    this.signal = signal
    client.on('exists', this.hear)
    client.on('close', this.hear)
    signal.addEventListener('abort', this.hear, { once: true })
  }

  clear(): void {
    this.seen = false
  }

  stop(): void {
    this.signal.removeEventListener('abort', this.hear)
  }

  async wait(pauseMs: number): Promise<void> {
    if (this.seen) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, pauseMs)
      this.wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    this.wake = null
  }
}
