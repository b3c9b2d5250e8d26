import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { firstPassword, freePort, type HubProcess, signIn, startHub } from '../../bench/hub-process.ts'
import { openDatabase, openSecretBox, sealIdentity, startEmbedded } from '../../src/store/index.ts'
import { freshDatabase } from '../fresh-database.ts'

const root = join(import.meta.dirname, '..', '..')

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

// Each starts a process, which takes its time on a busy machine.
describe('the commands of the terminal', { timeout: 240_000 }, () => {
  const dir = mkdtempSync(join(tmpdir(), 'yitong-commands-'))
  const dataDir = join(dir, 'data')
  const file = join(dir, 'hub.backup')
  let hub: HubProcess | null = null
  const signingSecrets = [`whsec_${Buffer.alloc(32, 7).toString('base64')}`]
  let number: string

  beforeAll(async () => {
    hub = await startHub({ DATA_DIR: dataDir, PORT: String(await freePort()) })
    const desk = await signIn(hub, firstPassword(hub))
    const made = await desk.post('/api/ticket/create', { fields: { fault_description: '空调不制冷' } })
    number = String(made.number)
    await desk.post('/api/channel/create', { kind: 'api', name: '商城', config: { signingSecrets } })
  })
  afterAll(async () => {
    await hub?.stop()
    rmSync(dir, { recursive: true, force: true })
  })

  /** Runs a command as `npm run` does. */
  async function run(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
    const child = spawn(process.execPath, [join(root, 'bin', 'yitong.mjs'), ...args], {
      env: { ...process.env, DATA_DIR: dataDir, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let [out, err] = ['', '']
    child.stdout.on('data', (chunk) => {
      out += chunk
    })
    child.stderr.on('data', (chunk) => {
      err += chunk
    })
    const [code] = await once(child, 'close')
    return { code: code as number | null, out, err }
  }

  /** One failed, with a sentence and without the insides of the program. */
  function failed({ code, out, err }: Ended, words: string | RegExp): void {
    expect(`${out}${err}`).toMatch(words)
    expect(`${out}${err}`).not.toMatch(/^\s+at .*:\d+/m)
    expect(code).toBe(1)
  }

  async function query<R extends object>(text: string, values: unknown[] = []): Promise<R[]> {
    const embedded = await startEmbedded({ dataDir, share: true })
    const database = await openDatabase(embedded.connection)
    try {
      return await database.query<R>(text, values)
    } finally {
      await database.close()
      await embedded.stop()
    }
  }

  it('migrate says that nothing is to be done, and an environment that is not usable is named in a sentence', async () => {
    const [done, wrong] = await Promise.all([
      run(['migrate']),
      run(['migrate'], { DATABASE_URL: 'mysql://somewhere' }),
    ])
    expect(done).toMatchObject({ code: 0, out: expect.stringContaining('was up to date already') })
    failed(wrong, /The environment is not usable:\s+DATABASE_URL/)
  })

  it('start says in a sentence which host, script or data directory is wrong', async () => {
    const fresh = await freshDatabase()
    onTestFinished(() => fresh.drop())
    const env = { DATABASE_URL: fresh.url, DATA_DIR: join(dir, 'wrong'), PORT: String(await freePort()) }
    const start = (wrong: Record<string, string>) => run(['start'], { ...env, ...wrong })
    const script = join(dir, 'script.json')
    writeFileSync(script, 'hello')
    const [name, address, missing, noJson, file] = await Promise.all([
      start({ HOST: 'nohost.invalid' }),
      start({ HOST: '192.0.2.1' }),
      start({ ASR_SCRIPT: '/nope' }),
      start({ ASR_SCRIPT: script }),
      start({ DATA_DIR: script }),
    ])
    failed(name, /HOST=nohost\.invalid (is a name without an address|cannot be looked up).* Set HOST to/)
    failed(address, 'HOST=192.0.2.1 is not an address of this machine. Set HOST to')
    failed(missing, /The script of ASR_SCRIPT cannot be used: .*'\/nope'.* leave it out/)
    failed(noJson, /The script of ASR_SCRIPT cannot be used: .*JSON.* leave it out/)
    failed(file, /The data directory .*script\.json cannot be used: it is not a folder/)
  })

  it('start knows no options but --help, as every other command', async () => {
    const wrong = await run(['start', '--port', '3199'])
    expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining("Unknown option '--port'") })
    const help = await run(['start', '--help'])
    expect(help).toMatchObject({ code: 0, out: expect.stringContaining('Usage: npm start') })
  })

  it('a command does its work to the end although nobody reads its output any more', async () => {
    const child = spawn(process.execPath, [join(root, 'bin', 'yitong.mjs'), 'verify'], {
      env: { ...process.env, DATA_DIR: dataDir },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stdout.destroy()
    let err = ''
    child.stderr.on('data', (chunk) => {
      err += chunk
    })
    const [code] = await once(child, 'close')
    expect([code, err]).toEqual([0, ''])
  })

  it('admin gives a new password to whoever forgot theirs, and knows no stranger', async () => {
    const [done, stranger] = [
      await run(['admin', 'reset-password', 'admin']),
      await run(['admin', 'reset-password', 'nobody']),
    ]
    expect(done.code).toBe(0)
    const words = done.out.split(/\s+/)
    const signed = await Promise.all(
      words
        .filter((word) => word.length >= 12)
        .map((password) =>
          signIn(hub!, password).then(
            () => true,
            () => false,
          ),
        ),
    )
    expect(signed).toContain(true)
    failed(stranger, /\w/)
  })

  it('backup writes one file for its owner alone, while the hub runs', async () => {
    const done = await run(['backup', '--out', file])
    expect(done).toMatchObject({ code: 0, err: '' })
    expect(done.out).toMatch(/hub\.backup: \d+ rows/)
    expect(done.out).toContain('The key is in the file')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect((await run(['backup'])).code).toBe(2)
  })

  it('files that cannot be used are named before anything is begun', async () => {
    const empty = { DATA_DIR: join(dir, 'empty') }
    const [absent, nowhere, damaged] = [join(dir, 'absent'), join(dir, 'nowhere', 'x'), join(dir, 'damaged')]
    writeFileSync(damaged, '{')
    failed(await run(['restore', '--in', absent], empty), `There is no file ${absent}.`)
    failed(await run(['restore', '--in', dir], empty), `${dir} is a folder, not a file.`)
    failed(await run(['backup', '--out', nowhere], empty), `There is no folder ${join(dir, 'nowhere')}.`)
    failed(await run(['backup', '--out', dir], empty), `${dir} is a folder.`)
    failed(await run(['backup', '--out', '/dev/full'], empty), '/dev/full is not a regular file')
    expect(statSync('/dev/full').isCharacterDevice()).toBe(true)
    for (const [option, given, words] of [
      ['--in', absent, 'There is no file'],
      ['--in', damaged, 'is not understood'],
      ['--against', damaged, 'is not understood'],
      ['--json', nowhere, 'There is no folder'],
    ] as const) {
      const { code, err } = await run(['eval', '--set', 'dialogues', option, given], empty)
      expect([code, err.split('\n')[0]]).toEqual([2, expect.stringContaining(words)])
    }
    expect(existsSync(empty.DATA_DIR)).toBe(false)
  })

  it('restore reads it into an empty database of a server, and refuses what is no backup, what is not there and what is in use', async () => {
    const fresh = await freshDatabase({ empty: true })
    onTestFinished(() => fresh.drop())
    await fresh.leave()
    const other = { DATA_DIR: join(dir, 'other'), DATABASE_URL: fresh.url }
    failed(await run(['restore', '--in', join(dir, 'absent')], other), /absent/)
    const torn = join(dir, 'torn')
    writeFileSync(torn, readFileSync(file).subarray(0, -100))
    failed(await run(['restore', '--in', torn], other), 'cannot be used')
    failed(await run(['restore', '--in', file]), /hub|in use|running/i)
    const done = await run(['restore', '--in', file], other)
    expect(done).toMatchObject({ code: 0, err: '' })
    expect(done.out).toMatch(/Restored \d+ rows/)
    failed(await run(['restore', '--in', file], other), 'The database is not empty')
    expect((await run(['verify'], other)).out).toMatch(/in the timelines of 1 tickets checked/)
    expect(existsSync(join(other.DATA_DIR, 'secret.key'))).toBe(true)
  })

  it('rotate-key encrypts the secrets anew while the hub goes on, and says so when a key is none', async () => {
    const secrets = () => query('select "secrets" from channel_account where "secrets" is not null')
    const before = await secrets()
    const key = readFileSync(join(dataDir, 'secret.key'), 'utf8')
    expect(before).toHaveLength(1)
    const done = await run(['rotate-key'])
    expect(done).toMatchObject({ code: 0, out: expect.stringMatching(/^1 secret is now encrypted/) })
    expect(await secrets()).not.toEqual(before)
    expect(readFileSync(join(dataDir, 'secret.key'), 'utf8')).not.toBe(key)
    const { out } = await run(['admin', 'reset-password', 'admin'])
    const desk = await signIn(hub!, /Password: (\S+)/.exec(out)![1]!)
    // Saving an account has the hub read all of them.
    const made = await desk.post('/api/channel/create', {
      kind: 'api',
      name: '门店',
      config: { signingSecrets },
    })
    const { accounts } = (await desk.get('/api/channel/list')) as { accounts: { id: string }[] }
    expect(accounts.map(({ id }) => id)).toContain(made.id)
    for (const { id } of accounts) {
      const answer = await fetch(`${hub!.url}/channels/api/${id}`, { method: 'POST', body: '{}' })
      expect(answer.status).toBe(401)
    }
    const [newest] = readFileSync(join(dataDir, 'secret.key'), 'utf8').split('\n')
    const box = await openSecretBox({ dataDir, secretKey: newest! })
    const [row] = await query<{ secrets: string }>('select "secrets" from channel_account where "id" = $1', [
      made.id,
    ])
    expect(JSON.parse(box.open(row!.secrets, sealIdentity('channel_account', String(made.id))))).toEqual({
      signingSecrets,
    })
    failed(await run(['rotate-key'], { SECRET_KEY: 'short' }), 'is not a key')
  })

  it('verify holds while nobody changed anything, and names the ticket whose timeline somebody did', async () => {
    const whole = await run(['verify'])
    expect(whole).toMatchObject({ code: 0, out: expect.stringContaining('Everything holds.') })
    // Whoever owns the database can do what the hub cannot.
    await query('alter table ticket_event disable trigger user')
    await query(
      `update ticket_event set "payload" = '{"changed": true}' where "seq" = 1
        and "ticketId" = (select "id" from ticket where "number" = $1)`,
      [number],
    )
    failed(await run(['verify']), `BROKEN: ticket ${number}`)
  })
})
