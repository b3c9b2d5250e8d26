import { randomUUID } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mediaPath, openMediaStore } from '../../src/media/store.ts'
import {
  backup,
  type Database,
  type Embedded,
  migrate,
  openDatabase,
  openSecretBox,
  restore,
  sealIdentity,
  startEmbedded,
} from '../../src/store/index.ts'
import { migrationsDir } from '../../src/store/migrate.ts'
import { type FreshDatabase, freshDatabase } from '../fresh-database.ts'

/** What a copy can get wrong, in one schema. */
const awkward = `
  create type colour as enum ('红', 'blue "quoted"');
  create table awkward (
    id int generated always as identity primary key,
    parent int references awkward, partner int,
    words text[], bytes bytea, doc jsonb, plain_json json, real8 float8, big bigint, money numeric(30,10),
    at timestamptz(3), day date, tint colour, doubled int generated always as (id * 2) stored,
    search tsvector, gone int, "Mixed, Case" text default 'd'
  );
  alter table awkward drop column gone;
  create table partner (id int primary key, awkward int not null references awkward);
  alter table awkward add foreign key (partner) references partner;
  create function refuse() returns trigger language plpgsql as $$ begin raise exception 'append only'; end $$;
  create trigger guard before update or delete on partner for each row execute function refuse();
  create table brought (id serial primary key, note text);
  insert into brought (note) values ('by the migration');`

const fill = `
  insert into awkward (words, bytes, doc, plain_json, real8, big, money, at, day, tint, search, "Mixed, Case") values
    (array['a,b', '"quo\\te"', null, '', '{}', E'line\\nbreak'], '\\x00ff5c', 'null', '{"b":1, "a":1,"a":2}', 'NaN',
     9223372036854775807, 12345678901234567890.0123456789, '2026-03-01T23:59:59.999Z', '0044-03-15 BC', '红',
     to_tsvector('simple', '空调 不制冷'), null),
    (null, null, null, null, '-Infinity', -1, 'NaN', 'infinity', null, 'blue "quoted"', null, E'tab\\t\\\\ \\'quote\\' (x,y) 空调😀'),
    ('{}', '', '{"a":[1,null,"\\\\u0001"]}', '[]', 0.1, 0, 0, '-infinity', '9999-12-31', null, '', '');
  update awkward set parent = 3 where id = 1;
  insert into partner values (1, 2);
  update awkward set partner = 1;
  update brought set note = 'changed since';
  insert into setting (name, value) values ('hub.name', '"一通"');`

let scratch: string
let migrations: string
let source: Embedded
let database: Database
let file: string
let mediaHash: string
let accountId: string
const silent = () => {}
const nowMs = Date.UTC(2026, 2, 1)

const paths = (name: string) => ({ dataDir: join(scratch, name), mediaDir: join(scratch, name, 'media') })

async function contents(from: Database): Promise<Record<string, unknown>> {
  const tables = await from.query<{ name: string }>(
    `select relname as name from pg_class c join pg_namespace n on n.oid = relnamespace
     where nspname = current_schema() and relkind = 'r' and relname <> '_prisma_migrations' order by 1`,
  )
  const found: Record<string, unknown> = {}
  for (const { name } of tables) {
    const rows = await from.query<{ row: string }>(`select t::text as row from "${name}" t order by 1`)
    found[name] = rows.map(({ row }) => row)
  }
  found.sequences = await from.query(
    `select sequencename, last_value from pg_sequences where schemaname = current_schema() order by 1`,
  )
  found.constraints = await from.query(
    `select conname, pg_get_constraintdef(k.oid) as text from pg_constraint k join pg_namespace n on n.oid = connamespace
     where nspname = current_schema() and contype = 'f' order by 1, 2`,
  )
  found.triggers = await from.query(
    `select tgname, tgenabled from pg_trigger where not tgisinternal order by 1, 2`,
  )
  return found
}

async function save(
  from: Database,
  name: string,
  options: { withMedia?: boolean; withKey?: boolean; secretKey?: string } = {},
) {
  const target = join(scratch, `${name}-${randomUUID()}.backup`)
  const settings = {
    file: target,
    ...paths(name),
    secretKey: null,
    withMedia: true,
    withKey: true,
    nowMs,
    progress: silent,
  }
  return { target, summary: await backup(from, { ...settings, ...options }) }
}

async function load(
  into: Database,
  name: string,
  from: string,
  options: { force?: boolean; dir?: string } = {},
) {
  const { dataDir, mediaDir } = paths(name)
  mkdirSync(dataDir, { recursive: true })
  return restore(into, {
    file: from,
    dataDir,
    secretKey: null,
    media: await openMediaStore({ dir: mediaDir }),
    force: options.force ?? false,
    migrationsDir: options.dir ?? migrations,
    nowMs,
    progress: silent,
  })
}

async function withEmpty(body: (fresh: FreshDatabase, into: Database) => Promise<void>): Promise<void> {
  const fresh = await freshDatabase({ empty: true })
  await fresh.database.close()
  const into = await openDatabase({ url: fresh.url, applicationName: 'yitong-command' })
  try {
    await body(fresh, into)
  } finally {
    await into.close()
    await fresh.drop()
  }
}

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'yitong-backup-'))
  migrations = join(scratch, 'migrations')
  cpSync(migrationsDir, migrations, { recursive: true })
  mkdirSync(join(migrations, '8000_awkward'))
  writeFileSync(join(migrations, '8000_awkward/migration.sql'), awkward)
  source = await startEmbedded({ dataDir: paths('a').dataDir, parameters: { fsync: 'off' } })
  database = await openDatabase({ ...source.connection, applicationName: 'yitong-command' })
  await migrate(database, migrations)
  await database.session((session) => session.query(fill))
  const media = await openMediaStore({ dir: paths('a').mediaDir })
  const stored = await media.put(Buffer.from('a photo\nwith a break\n'.repeat(20_000)))
  mediaHash = stored.ok ? stored.value.hash : ''
  accountId = randomUUID()
  const box = await openSecretBox({ dataDir: paths('a').dataDir, secretKey: null })
  await database.query(
    `insert into channel_account (id, kind, name, config, secrets) values ($1, 'api', 'a', '{}', $2)`,
    [accountId, box.seal('the password', sealIdentity('channel_account', accountId))],
  )
  await database.query(
    `insert into envelope (id, "accountId", kind, "dedupeKey", "senderKey", method, path, headers, "bodyHash", "bodyMedia", "receivedAt")
     values (gen_random_uuid(), $1, 'message', 'd', 's', 'POST', '/', '{}', 'h', repeat('0', 64), now())`,
    [accountId],
  )
  file = (await save(database, 'a')).target
})
afterAll(async () => {
  await database.close()
  await source.stop()
  rmSync(scratch, { recursive: true })
})

describe('backup and restore', () => {
  it('carry everything from the embedded database to the server of this run and back into another embedded one', async () => {
    const before = await contents(database)
    await withEmpty(async (_, server) => {
      const there = await load(server, 'b', file)
      expect(there).toMatchObject({ setAside: null, unopenableSecrets: [] })
      expect(await contents(server)).toEqual(before)
      const { target } = await save(server, 'b')
      const second = await startEmbedded({ dataDir: paths('c').dataDir, parameters: { fsync: 'off' } })
      const back = await openDatabase({ ...second.connection, applicationName: 'yitong-command' })
      try {
        await load(back, 'c', target)
        expect(await contents(back)).toEqual(before)
        expect(readFileSync(join(paths('c').mediaDir, mediaPath(mediaHash)))).toEqual(
          readFileSync(join(paths('a').mediaDir, mediaPath(mediaHash))),
        )
        const [row] = await back.query<{ secrets: string }>('select secrets from channel_account')
        const box = await openSecretBox({ dataDir: paths('c').dataDir, secretKey: null })
        expect(box.open(row!.secrets, sealIdentity('channel_account', accountId))).toBe('the password')
        const [next] = await back.query(`insert into awkward (day) values (now()) returning id, doubled`)
        expect(next).toEqual({ id: 4, doubled: 8 })
        await expect(back.query('delete from partner')).rejects.toThrow('append only')
      } finally {
        await back.close()
        await second.stop()
      }
    })
  })

  it('name what is missing', async () => {
    const full = await save(database, 'a')
    expect(full.summary).toMatchObject({ key: 'included', mediaFiles: 1, missingMedia: ['0'.repeat(64)] })
    expect(full.summary.rows).toMatchObject({ awkward: 3, setting: 1, channel_account: 1 })
    const bare = await save(database, 'a', { withMedia: false, withKey: false })
    expect(bare.summary).toMatchObject({ key: 'left out', mediaFiles: 0 })
    const text = gunzipSync(readFileSync(bare.target)).toString()
    expect(text).toContain('"what":"media"')
    expect(text).toContain('"what":"key"')
    const key = readFileSync(join(paths('a').dataDir, 'secret.key'), 'utf8').trim()
    expect(text).not.toContain(key)
    expect((await save(database, 'a', { secretKey: 'x' })).summary.key).toBe('in SECRET_KEY')
    expect(statSync(full.target).mode & 0o777).toBe(0o600)
    await withEmpty(async (_, into) => {
      const { unopenableSecrets } = await load(into, 'd', bare.target)
      expect(unopenableSecrets).toEqual([`channel_account:${accountId}`])
    })
  })

  it('pass over a file that is erased between being listed and being read, and name it as missing', async () => {
    const gone = join(paths('a').mediaDir, mediaPath('0'.repeat(64)))
    mkdirSync(dirname(gone), { recursive: true })
    // Listed, and not there when it is opened.
    symlinkSync('nowhere', gone)
    try {
      const { target, summary } = await save(database, 'a')
      expect(summary).toMatchObject({ mediaFiles: 1, missingMedia: ['0'.repeat(64)] })
      await withEmpty(async (_, into) => {
        expect(await load(into, 'i', target)).toMatchObject({ unopenableSecrets: [] })
      })
    } finally {
      rmSync(gone)
    }
  })

  it('say that the disk is full, and leave nothing behind', async () => {
    const target = join(scratch, 'full.backup')
    // What is written there meets a full disk.
    symlinkSync('/dev/full', `${target}.part`)
    const settings = {
      ...paths('a'),
      secretKey: null,
      withMedia: true,
      withKey: true,
      nowMs,
      progress: silent,
    }
    await expect(backup(database, { file: target, ...settings })).rejects.toThrow(
      `The backup ${target} could not be written: the disk is full.`,
    )
    expect([existsSync(target), existsSync(`${target}.part`)]).toEqual([false, false])
  })

  it('show one moment although the hub goes on writing', async () => {
    let wrote = false
    const target = join(scratch, 'moment.backup')
    await backup(database, {
      file: target,
      ...paths('a'),
      secretKey: null,
      withMedia: false,
      withKey: false,
      nowMs,
      progress: (line) => {
        if (wrote || !line.startsWith('awkward')) return
        wrote = true
        void database.query(`insert into setting (name, value) values ('later', '1')`)
      },
    })
    expect(wrote).toBe(true)
    expect(gunzipSync(readFileSync(target)).toString()).not.toContain('later')
    while ((await database.query(`delete from setting where name = 'later' returning name`)).length === 0);
  })

  it('refuse a database with rows in it, unless they are to be set aside', () =>
    withEmpty(async (_, into) => {
      await into.session((session) =>
        session.query('create table mine (id int); insert into mine values (5)'),
      )
      await expect(load(into, 'e', file)).rejects.toThrow('not empty (table mine)')
      expect(await into.query('select id from mine')).toEqual([{ id: 5 }])
      const { setAside } = await load(into, 'e', file, { force: true })
      expect(await into.query(`select id from ${setAside}.mine`)).toEqual([{ id: 5 }])
      expect(await into.query('select count(*) as n from awkward')).toEqual([{ n: 3 }])
    }))

  it('refuse while a hub is connected', () =>
    withEmpty(async (fresh, into) => {
      const hub = await openDatabase({ url: fresh.url })
      await expect(load(into, 'f', file)).rejects.toThrow('A hub is connected')
      await hub.close()
    }))

  it('refuse a file that was cut off or changed, before anything is touched', () =>
    withEmpty(async (_, into) => {
      const whole = gunzipSync(readFileSync(file))
      const damaged = join(scratch, 'damaged.backup')
      const changed = Buffer.from(whole)
      changed[whole.indexOf('hub.name')] = 0x48
      const variants: [Buffer, RegExp][] = [
        [gzipSync(whole.subarray(0, whole.length - 40)), /ends too early/],
        [readFileSync(file).subarray(0, 3_000), /cannot be used/],
        [gzipSync(changed), /checksum is wrong/],
        [gzipSync(Buffer.from('{"type":"manifest","format":"other"}\n')), /no backup of Yitong/],
        [Buffer.from('not even gzip'), /cannot be used/],
      ]
      for (const [bytes, message] of variants) {
        writeFileSync(damaged, bytes)
        await expect(load(into, 'g', damaged)).rejects.toThrow(message)
      }
      expect(
        await into.query(`select count(*) as n from pg_class where relnamespace = 'public'::regnamespace`),
      ).toEqual([{ n: 0 }])
    }))

  it('bring the backup of an older release up to this one, and refuse one of a newer release', () =>
    withEmpty(async (_, into) => {
      await expect(load(into, 'h', file, { dir: migrationsDir })).rejects.toThrow('"8000_awkward"')
      const newer = join(scratch, 'newer')
      cpSync(migrations, newer, { recursive: true })
      mkdirSync(join(newer, '9000_later'))
      writeFileSync(
        join(newer, '9000_later/migration.sql'),
        `alter table brought add column extra int default 9;`,
      )
      await load(into, 'h', file, { dir: newer })
      expect(await into.query('select note, extra from brought')).toEqual([
        { note: 'changed since', extra: 9 },
      ])
    }))
})
