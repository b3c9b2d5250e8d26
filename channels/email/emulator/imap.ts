import { randomBytes } from 'node:crypto'
import { createServer, type Socket } from 'node:net'

/** How the emulated server behaves; everything can be changed while it runs. */
export interface ImapBehaviour {
  /** Announce and accept IDLE. */
  idle: boolean
  /** NetEase: refuse SELECT with "Unsafe Login" unless ID came after the sign-in. */
  requireId: boolean
  /** Access token that XOAUTH2 accepts; null refuses every token. */
  accessToken: string | null
  /** Close the connection in the middle of this UID's body, this many times. */
  breakAt: { uid: number; times: number } | null
  /** Answer NO to a fetch of these UIDs' bodies. */
  refuseUids: Set<number>
  /** Answer NIL where these UIDs' headers and bodies should stand. */
  nilUids: Set<number>
  /** Leave these UIDs out of every answer to a fetch, as if they were not there. */
  silentUids: Set<number>
  /** Expunge this UID when its body is asked for, as when another client deletes it meanwhile. */
  expungeOnFetch: number | null
  /** Answer NO to so many searches. */
  refuseSearches: number
}

interface Mail {
  readonly uid: number
  readonly raw: Buffer
  readonly at: Date
}

interface Box {
  uidValidity: number
  uidNext: number
  mails: Mail[]
}

/** A running emulated IMAP server. */
export interface ImapEmulator {
  readonly port: number
  readonly user: string
  readonly password: string
  readonly behaviour: ImapBehaviour
  /** Commands that clients sent, without their secrets. */
  readonly commands: readonly string[]
  /** Puts a mail into a mailbox (made when missing) and tells the clients that watch it. Returns its UID. */
  deliver(mailbox: string, raw: Uint8Array, at?: Date): number
  /** Gives a mailbox a new UIDVALIDITY and its mails new UIDs, as after a restore. */
  renumber(mailbox: string): void
  /** Cuts all connections. */
  drop(): void
  connections(): number
  stop(): Promise<void>
}

/**
 * The server's side of IMAP4rev1 (RFC 3501) as far as mail readers use it, with IDLE (RFC 2177), ID (RFC 2971) and XOAUTH2. For tests
 * and the demo: loopback only, random password, nothing is written to disk.
 */
export async function startImapEmulator(behaviour: Partial<ImapBehaviour> = {}): Promise<ImapEmulator> {
  const boxes = new Map<string, Box>([['INBOX', { uidValidity: 1000, uidNext: 1, mails: [] }]])
  const sessions = new Set<Session>()
  const shared: Shared = {
    boxes,
    user: 'support@example.com',
    password: randomBytes(12).toString('hex'),
    behaviour: {
      idle: true,
      requireId: false,
      accessToken: null,
      breakAt: null,
      refuseUids: new Set(),
      nilUids: new Set(),
      silentUids: new Set(),
      expungeOnFetch: null,
      refuseSearches: 0,
      ...behaviour,
    },
    commands: [],
  }
  const server = createServer((socket) => {
    const session = new Session(socket, shared)
    sessions.add(session)
    socket.on('close', () => sessions.delete(session))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    user: shared.user,
    password: shared.password,
    behaviour: shared.behaviour,
    commands: shared.commands,
    deliver(name, raw, at = new Date()) {
      const box = boxes.get(name) ?? { uidValidity: 1000 + boxes.size, uidNext: 1, mails: [] }
      boxes.set(name, box)
      const uid = box.uidNext++
      box.mails.push({ uid, raw: Buffer.from(raw), at })
      for (const session of sessions) session.announce(box)
      return uid
    },
    renumber(name) {
      const box = boxes.get(name)
      if (!box) return
      box.uidValidity += 7
      box.mails = box.mails.map((mail, n) => ({ ...mail, uid: n + 1 }))
      box.uidNext = box.mails.length + 1
    },
    drop() {
      for (const session of sessions) session.cut()
    },
    connections: () => sessions.size,
    async stop() {
      for (const session of sessions) session.cut()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

interface Shared {
  readonly boxes: Map<string, Box>
  readonly user: string
  readonly password: string
  readonly behaviour: ImapBehaviour
  readonly commands: string[]
}

/** One client's connection. */
class Session {
  private received = Buffer.alloc(0)
  private signedIn = false
  private identified = false
  private selected: Box | null = null
  private told = 0
  private idleTag: string | null = null
  private continuation: ((line: string) => void) | null = null
  private readonly socket: Socket
  private readonly shared: Shared

  constructor(socket: Socket, shared: Shared) {
    this.socket = socket
    this.shared = shared
    socket.setNoDelay(true)
    socket.on('data', (chunk) => this.read(chunk))
    socket.on('error', () => socket.destroy())
    this.write(`* OK [${this.capabilities()}] emulated IMAP server ready`)
  }

  cut(): void {
    this.socket.destroy()
  }

  /** Untagged EXISTS, at once while the client idles and else with its next command. */
  announce(box: Box): void {
    if (this.selected === box && this.idleTag !== null) this.tellExists()
  }

  private tellExists(): void {
    if (!this.selected || this.selected.mails.length === this.told) return
    this.told = this.selected.mails.length
    this.write(`* ${this.told} EXISTS`)
  }

  private write(line: string): void {
    if (!this.socket.destroyed) this.socket.write(`${line}\r\n`)
  }

  private capabilities(): string {
    return `CAPABILITY IMAP4rev1 ID UIDPLUS AUTH=XOAUTH2${this.shared.behaviour.idle ? ' IDLE' : ''}`
  }

  private read(chunk: Buffer): void {
    this.received = Buffer.concat([this.received, chunk])
    for (let end = this.received.indexOf('\r\n'); end >= 0; end = this.received.indexOf('\r\n')) {
      const line = this.received.toString('utf8', 0, end)
      this.received = this.received.subarray(end + 2)
      if (this.idleTag !== null && /^done$/i.test(line)) this.endIdle()
      else if (this.continuation) this.continuation(line)
      else this.command(line)
    }
  }

  private endIdle(): void {
    const tag = this.idleTag
    this.idleTag = null
    this.write(`${tag} OK IDLE ended`)
  }

  private command(line: string): void {
    const [, tag = '*', name = '', rest = ''] = /^(\S+) (\S+) ?(.*)$/.exec(line) ?? []
    const verb = name.toUpperCase()
    this.shared.commands.push(verb === 'LOGIN' ? 'LOGIN' : `${verb} ${rest}`.trim())
    if (!this.signedIn) this.beforeSignIn(tag, verb, rest)
    else this.afterSignIn(tag, verb, rest)
  }

  private beforeSignIn(tag: string, verb: string, rest: string): void {
    const { user, password, behaviour } = this.shared
    if (verb === 'CAPABILITY') this.answer(tag, 'OK done', [`* ${this.capabilities()}`])
    else if (verb === 'ID')
      this.answer(tag, 'OK done', ['* ID ("name" "emulator" "vendor" "yitong" "version" "1")'])
    else if (verb === 'LOGOUT') this.logout(tag)
    else if (verb === 'LOGIN') {
      const [given, secret] = strings(rest)
      this.signIn(tag, given === user && secret === password)
    } else if (verb === 'AUTHENTICATE' && /^XOAUTH2\b/i.test(rest)) {
      const check = (encoded: string) => {
        this.continuation = null
        const expected = `user=${user}\x01auth=Bearer ${behaviour.accessToken}\x01\x01`
        this.signIn(tag, Buffer.from(encoded, 'base64').toString() === expected)
      }
      const initial = rest.split(' ')[1]
      this.continuation = initial ? null : check
      if (initial) check(initial)
      else this.write('+ ')
    } else this.answer(tag, 'BAD sign in first')
  }

  private signIn(tag: string, isRight: boolean): void {
    this.signedIn = isRight
    this.answer(
      tag,
      isRight
        ? `OK [${this.capabilities()}] signed in`
        : 'NO [AUTHENTICATIONFAILED] LOGIN Login error password error',
    )
  }

  private afterSignIn(tag: string, verb: string, rest: string): void {
    if (this.selected) this.tellExists()
    if (verb === 'SELECT' || verb === 'EXAMINE') this.select(tag, strings(rest)[0] ?? '')
    else if (verb === 'UID') this.uid(tag, rest)
    else if (verb === 'IDLE') this.idle(tag)
    else if (verb === 'LOGOUT') this.logout(tag)
    else if (verb === 'CAPABILITY') this.answer(tag, 'OK done', [`* ${this.capabilities()}`])
    else if (verb === 'NAMESPACE') this.answer(tag, 'OK done', ['* NAMESPACE (("" "/")) NIL NIL'])
    else if (verb === 'LIST') this.answer(tag, 'OK done', this.list(strings(rest)[1] ?? ''))
    else if (verb === 'ID') {
      this.identified = true
      this.answer(tag, 'OK done', ['* ID ("name" "emulator" "vendor" "yitong" "version" "1")'])
    } else if (['NOOP', 'LSUB', 'ENABLE', 'CLOSE', 'CHECK'].includes(verb)) this.answer(tag, 'OK done')
    else this.answer(tag, 'BAD unknown command')
  }

  private list(pattern: string): string[] {
    if (pattern === '') return ['* LIST (\\Noselect) "/" ""']
    const names = [...this.shared.boxes.keys()].filter((name) => name === pattern || /[*%]/.test(pattern))
    return names.map((name) => `* LIST () "/" "${name}"`)
  }

  private answer(tag: string, status: string, untagged: readonly string[] = []): void {
    for (const line of untagged) this.write(line)
    this.write(`${tag} ${status}`)
  }

  private logout(tag: string): void {
    this.answer(tag, 'OK bye', ['* BYE logging out'])
    this.socket.end()
  }

  private idle(tag: string): void {
    if (this.shared.behaviour.idle) {
      this.idleTag = tag
      this.write('+ idling')
      this.tellExists()
    } else this.answer(tag, 'BAD unknown command')
  }

  private select(tag: string, name: string): void {
    const isUnsafe = this.shared.behaviour.requireId && !this.identified
    const box = isUnsafe ? undefined : this.shared.boxes.get(name)
    this.selected = box ?? null
    this.told = box?.mails.length ?? 0
    if (isUnsafe) this.answer(tag, 'NO SELECT Unsafe Login. Please contact kefu@188.com for help')
    else if (!box) this.answer(tag, 'NO [NONEXISTENT] no such mailbox')
    else {
      this.answer(tag, 'OK [READ-ONLY] selected', [
        '* FLAGS (\\Seen \\Answered)',
        `* ${box.mails.length} EXISTS`,
        '* 0 RECENT',
        `* OK [UIDVALIDITY ${box.uidValidity}] valid`,
        `* OK [UIDNEXT ${box.uidNext}] next`,
      ])
    }
  }

  private uid(tag: string, rest: string): void {
    const [, verb = '', args = ''] = /^(\S+) (.*)$/.exec(rest) ?? []
    if (!this.selected) this.answer(tag, 'BAD select a mailbox first')
    else if (verb.toUpperCase() === 'SEARCH') this.search(tag, args, this.selected)
    else if (verb.toUpperCase() === 'FETCH') this.fetch(tag, args, this.selected)
    else this.answer(tag, 'BAD unknown command')
  }

  private search(tag: string, args: string, box: Box): void {
    if (this.shared.behaviour.refuseSearches > 0) {
      this.shared.behaviour.refuseSearches--
      this.answer(tag, 'NO server busy')
      return
    }
    const since = /SINCE "?(\d{1,2}-\w{3}-\d{4})/i.exec(args)?.[1]
    const set = /UID (\S+)/i.exec(args)?.[1]
    const first = since ? Date.parse(`${since} UTC`) : 0
    const found = box.mails.filter(
      (mail) => mail.at.getTime() >= first && (!set || inSet(mail.uid, set, box)),
    )
    this.answer(tag, 'OK done', [`* SEARCH ${found.map((mail) => mail.uid).join(' ')}`.trim()])
  }

  private fetch(tag: string, args: string, box: Box): void {
    const [, set = '', items = ''] = /^(\S+) (.*)$/.exec(args) ?? []
    const wantsBody = /BODY(\.PEEK)?\[\]/i.test(items)
    const { expungeOnFetch } = this.shared.behaviour
    if (wantsBody && expungeOnFetch) box.mails = box.mails.filter(({ uid }) => uid !== expungeOnFetch)
    const mails = box.mails
      .map((mail, n) => ({ mail, sequence: n + 1 }))
      .filter(({ mail }) => inSet(mail.uid, set, box) && !this.shared.behaviour.silentUids.has(mail.uid))
    for (const { mail, sequence } of mails) {
      if (wantsBody && this.shared.behaviour.refuseUids.has(mail.uid)) {
        this.answer(tag, 'NO message is damaged')
        return
      }
      if (wantsBody && this.breaksAt(mail)) return
      this.writeMail(sequence, mail, items)
    }
    this.answer(tag, 'OK done')
  }

  /** Sends half of a body and cuts the connection, if the behaviour says so for this mail. */
  private breaksAt(mail: Mail): boolean {
    const { breakAt } = this.shared.behaviour
    if (!breakAt || breakAt.uid !== mail.uid || breakAt.times <= 0) return false
    breakAt.times--
    this.write(`* 1 FETCH (UID ${mail.uid} BODY[] {${mail.raw.length}}`)
    this.socket.write(mail.raw.subarray(0, mail.raw.length / 2), () => this.socket.destroy())
    return true
  }

  private writeMail(sequence: number, mail: Mail, items: string): void {
    const parts = [`UID ${mail.uid}`]
    if (/RFC822\.SIZE/i.test(items)) parts.push(`RFC822.SIZE ${mail.raw.length}`)
    if (/INTERNALDATE/i.test(items)) parts.push(`INTERNALDATE "${imapDate(mail.at)}"`)
    if (/FLAGS/i.test(items)) parts.push('FLAGS ()')
    this.socket.write(`* ${sequence} FETCH (${parts.join(' ')}`)
    const header = mail.raw.subarray(0, mail.raw.indexOf('\r\n\r\n') + 4)
    const isNil = this.shared.behaviour.nilUids.has(mail.uid)
    if (/BODY(\.PEEK)?\[HEADER\]/i.test(items)) this.literal('BODY[HEADER]', isNil ? null : header)
    if (/BODY(\.PEEK)?\[\]/i.test(items)) this.literal('BODY[]', isNil ? null : mail.raw)
    this.socket.write(')\r\n')
  }

  private literal(name: string, content: Buffer | null): void {
    if (!content) {
      this.socket.write(` ${name} NIL`)
      return
    }
    this.socket.write(` ${name} {${content.length}}\r\n`)
    this.socket.write(content)
  }
}

/** The quoted strings and atoms of an argument list. */
function strings(text: string): string[] {
  return [...text.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(
    ([, quoted, atom]) => quoted?.replace(/\\(.)/g, '$1') ?? atom ?? '',
  )
}

function inSet(uid: number, set: string, box: Box): boolean {
  const last = box.mails.at(-1)?.uid ?? 0
  return set.split(',').some((range) => {
    const [from, to = from] = range.split(':').map((end) => (end === '*' ? last : Number(end)))
    return uid >= Math.min(from!, to!) && uid <= Math.max(from!, to!)
  })
}

function imapDate(at: Date): string {
  const month = at.toLocaleString('en', { month: 'short', timeZone: 'UTC' })
  const two = (value: number) => String(value).padStart(2, '0')
  const time = [at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()].map(two).join(':')
  return `${two(at.getUTCDate())}-${month}-${at.getUTCFullYear()} ${time} +0000`
}
