import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '../../bench/hub-process.ts'

const run = promisify(execFile)

/** Debian's Dovecot and Postfix on loopback, with their state in a temporary folder. */
export interface MailServers {
  readonly imapPort: number
  readonly smtpPort: number
  /** The password of every mailbox. */
  readonly password: string
  readonly users: readonly string[]
  /** Starts Dovecot again on the same port and with the same mailboxes; connections break. */
  restartImap(): Promise<void>
  stop(): Promise<void>
}

/** The mailboxes that exist, and the domains for which others bounce. */
const users = ['support@example.com', 'zhangsan@example.org', 'boss@example.org']

/** Why the servers cannot run here, in a sentence; null when they can. On CI they have to run: it throws. */
export async function mailServersMissing(): Promise<string | null> {
  const reason = await whyMissing()
  if (reason && process.env.CI === 'true') throw new Error(reason)
  return reason
}

async function whyMissing(): Promise<string | null> {
  for (const program of ['dovecot', '/usr/lib/dovecot/lmtp', 'postfix', 'postconf']) {
    const found = await run('sh', ['-c', `PATH=$PATH:/usr/sbin command -v ${program}`]).catch(() => null)
    if (!found) return `${program} is not installed (apt-get install dovecot-imapd dovecot-lmtpd postfix)`
  }
  if (process.getuid?.() !== 0) return 'Dovecot and Postfix have to be started by root'
  return null
}

/** Starts both servers; mail to a mailbox's address lands in it, mail to anybody else of its domains is refused, the rest bounces. */
export async function startMailServers(): Promise<MailServers> {
  const folder = await mkdtemp(join(tmpdir(), 'yitong-mail-'))
  await chmod(folder, 0o755)
  const [imapPort, lmtpPort, authPort, smtpPort] = await Promise.all(Array.from({ length: 4 }, freePort))
  const password = randomBytes(9).toString('hex')
  const ports = { imap: imapPort!, lmtp: lmtpPort!, auth: authPort!, smtp: smtpPort! }
  const dovecotConf = await writeDovecot(folder, ports, password)
  const postfixFolder = await writePostfix(folder, ports)
  let dovecot = await startDovecot(dovecotConf, ports.imap)
  await run('/usr/sbin/postfix', ['-c', postfixFolder, 'start'])
  await reachable(ports.smtp)
  return {
    imapPort: ports.imap,
    smtpPort: ports.smtp,
    password,
    users,
    async restartImap() {
      await stopProcess(dovecot)
      dovecot = await startDovecot(dovecotConf, ports.imap)
    },
    async stop() {
      await run('/usr/sbin/postfix', ['-c', postfixFolder, 'abort']).catch(() => {})
      await stopProcess(dovecot)
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
    },
  }
}

interface Ports {
  readonly imap: number
  readonly lmtp: number
  readonly auth: number
  readonly smtp: number
}

async function writeDovecot(folder: string, ports: Ports, password: string): Promise<string> {
  const home = join(folder, 'dovecot')
  await mkdir(join(home, 'mail'), { recursive: true })
  await run('chown', ['-R', 'mail:mail', join(home, 'mail')])
  await writeFile(join(home, 'users'), users.map((user) => `${user}:{PLAIN}${password}::::::\n`).join(''), {
    mode: 0o644,
  })
  const conf = join(home, 'dovecot.conf')
  await writeFile(
    conf,
    `base_dir = ${home}/run
state_dir = ${home}/state
log_path = ${home}/log
protocols = imap lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
mail_location = maildir:${home}/mail/%u
mail_uid = mail
mail_gid = mail
first_valid_uid = 1
first_valid_gid = 1
lmtp_save_to_detail_mailbox = no
recipient_delimiter = +
passdb {
  driver = passwd-file
  args = ${home}/users
}
userdb {
  driver = static
  args = uid=mail gid=mail home=${home}/mail/%u
}
service imap-login {
  inet_listener imap {
    port = ${ports.imap}
  }
  inet_listener imaps {
    port = 0
  }
}
service lmtp {
  inet_listener lmtp {
    address = 127.0.0.1
    port = ${ports.lmtp}
  }
}
service auth {
  inet_listener {
    address = 127.0.0.1
    port = ${ports.auth}
  }
}
`,
  )
  return conf
}

async function writePostfix(folder: string, ports: Ports): Promise<string> {
  const home = join(folder, 'postfix')
  for (const name of ['conf', 'queue', 'data']) await mkdir(join(home, name), { recursive: true })
  await run('chown', ['postfix', join(home, 'data')])
  const mailboxes = users.map((user) => `{${user}=x}`).join(', ')
  await writeFile(
    join(home, 'conf', 'main.cf'),
    `compatibility_level = 3.6
queue_directory = ${home}/queue
data_directory = ${home}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
maillog_file = ${home}/data/log
maillog_file_prefixes = ${home}
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.example.com
mydestination =
mynetworks = 127.0.0.0/8
virtual_mailbox_domains = example.com, example.org
virtual_mailbox_maps = inline:{${mailboxes}}
virtual_transport = lmtp:inet:127.0.0.1:${ports.lmtp}
recipient_delimiter = +
default_transport = lmtp:inet:127.0.0.1:${ports.lmtp}
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:${ports.auth}
smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination
smtpd_recipient_restrictions = reject_unlisted_recipient
smtp_dns_support_level = disabled
minimal_backoff_time = 2s
queue_run_delay = 2s
`,
  )
  await writeFile(
    join(home, 'conf', 'master.cf'),
    `127.0.0.1:${ports.smtp} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 2 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - - virtual
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`,
  )
  return join(home, 'conf')
}

async function startDovecot(conf: string, port: number): Promise<ChildProcess> {
  const process = spawn('/usr/sbin/dovecot', ['-F', '-c', conf], { stdio: 'ignore' })
  await reachable(port)
  return process
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGTERM')
  await ended
}

/** Resolves when something listens; gives up after ten seconds. */
async function reachable(port: number): Promise<void> {
  const { connect } = await import('node:net')
  const deadline = Date.now() + 10_000
  for (;;) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1')
      socket.once('connect', () => {
        socket.destroy()
        resolve(true)
      })
      socket.once('error', () => resolve(false))
    })
    if (isOpen) return
    if (Date.now() > deadline) throw new Error(`nothing listens on port ${port}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
