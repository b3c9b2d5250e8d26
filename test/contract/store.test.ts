import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silentLog } from '../../src/kernel/log.ts'
import {
  type Database,
  isUnavailable,
  isUniqueViolation,
  json,
  migrate,
  openDatabase,
  sql,
  storeRefusal,
} from '../../src/store/index.ts'
import { type FreshDatabase, freshDatabase } from '../fresh-database.ts'

let fresh: FreshDatabase
let scratch: string

beforeAll(async () => {
  fresh = await freshDatabase({ empty: true })
  scratch = mkdtempSync(join(tmpdir(), 'yitong-store-'))
  await fresh.database.query(
    'create table thing (id int primary key, at timestamptz, local timestamp, day date, big bigint, doc jsonb)',
  )
})
afterAll(async () => {
  await fresh.drop()
  rmSync(scratch, { recursive: true })
})

describe('a database connection', () => {
  it('stores an instant as that instant whatever the time zone of the process', async () => {
    process.env.TZ = 'Asia/Shanghai'
    expect(new Date().getTimezoneOffset()).toBe(-480)
    const at = new Date('2026-03-01T23:30:15.123Z')
    await fresh.database.query('insert into thing (id, at, local, day) values (1, $1, $2, $3)', [
      at,
      at,
      '2026-03-02',
    ])
    const [row] = await fresh.database.query<{
      at: Date
      local: Date
      day: Date
      epoch: string
      text: string
    }>(
      'select at, local, day, extract(epoch from at)::text as epoch, local::text as text from thing where id = 1',
    )
    expect(row).toEqual({
      at,
      local: at,
      day: new Date('2026-03-02T00:00:00Z'),
      epoch: '1772407815.123000',
      text: '2026-03-01 23:30:15.123',
    })
  })

  it('counts Chinese characters, not bytes', async () => {
    expect(await fresh.database.query("select length('空调') as n")).toEqual([{ n: 2 }])
  })

  it('reads int8 as a number and throws instead of rounding', async () => {
    expect(await fresh.database.query('select 9007199254740991::int8 as n')).toEqual([
      { n: 9007199254740991 },
    ])
    await expect(fresh.database.query('select 9007199254740993::int8 as n')).rejects.toThrow('does not fit')
    expect(await fresh.database.query('select array[1, null]::int8[] as n')).toEqual([{ n: [1, null] }])
  })

  it('writes arrays and strings into jsonb columns through json()', async () => {
    const { rows } = await sql<{ doc: unknown }>`select ${json([1, 'a', null])} as doc`.execute(
      fresh.database.db,
    )
    expect(rows).toEqual([{ doc: [1, 'a', null] }])
  })

  it('names what is wrong with an address that nothing listens on', async () => {
    await expect(openDatabase({ url: 'postgresql://nobody@127.0.0.1:1/none' })).rejects.toThrow(
      /127\.0\.0\.1:1\/none cannot be reached.*DATABASE_URL/,
    )
  })

  it('says after a moment where it waits for a server that cannot be reached yet, without the password', async () => {
    const lines: string[] = []
    const log = { ...silentLog, warn: (_: object, text: string) => void lines.push(text) }
    const url = 'postgresql://nobody:secret@127.0.0.1:1/none'
    await expect(openDatabase({ url, waitMs: 2000, log })).rejects.toThrow('cannot be reached')
    expect(lines).toEqual(['waiting for the database at 127.0.0.1:1/none …'])
  })

  it('refuses a database whose encoding cannot hold Chinese text', async () => {
    const name = 'yt_sql_ascii'
    await fresh.database.query(`drop database if exists ${name}`)
    await fresh.database.query(
      `create database ${name} encoding 'SQL_ASCII' lc_collate 'C' lc_ctype 'C' locale_provider libc template template0`,
    )
    const url = new URL(fresh.url)
    url.pathname = `/${name}`
    try {
      await expect(openDatabase({ url: url.toString() })).rejects.toThrow('encoded as SQL_ASCII')
    } finally {
      await fresh.database.query(`drop database ${name} with (force)`)
    }
  })

  it('sees exactly the schema that the settings or the address name', async () => {
    const url = new URL(fresh.url)
    url.searchParams.set('schema', 'scratch_1')
    const database = await openDatabase({ url: url.toString(), poolSize: 1 })
    expect(await database.query("select current_setting('search_path') as path")).toEqual([
      { path: 'scratch_1' },
    ])
    await database.close()
    await expect(openDatabase({ url: fresh.url, schema: 'a; drop' })).rejects.toThrow('schema name')
  })

  it('compiles no statement, unless the address asks for it', async () => {
    const url = new URL(fresh.url)
    url.searchParams.set('options', '-c jit=on')
    const asked = await openDatabase({ url: url.toString(), poolSize: 1 })
    const jit = async (database: Database) => (await database.query<{ jit: string }>('show jit'))[0]!.jit
    expect([await jit(fresh.database), await jit(asked)]).toEqual(['off', 'on'])
    await asked.close()
  })

  it('turns failures of storage into refusals and leaves bugs alone', async () => {
    await fresh.database.query('insert into thing (id) values (7)')
    const twice = await fresh.database.query('insert into thing (id) values (7)').catch((error) => error)
    expect(isUniqueViolation(twice)).toBe(true)
    expect(isUniqueViolation(twice, 'another')).toBe(false)
    expect(storeRefusal(twice)).toBeNull()
    const full = Object.assign(new Error('no space'), { code: '53100' })
    expect(storeRefusal(full)).toEqual({ code: 'store.full', params: {} })
    const closed = await openDatabase({ url: fresh.url })
    await closed.close()
    expect(isUnavailable(await closed.query('select 1').catch((error) => error))).toBe(true)
  })
})

describe('a transaction', () => {
  it('rolls back everything when the function throws', async () => {
    const failing = fresh.database.transaction(async (tx) => {
      await sql`insert into thing (id) values (20)`.execute(tx)
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(await fresh.database.query('select id from thing where id = 20')).toEqual([])
  })

  it('is run again after a serialization failure, and counts both writers', async () => {
    await fresh.database.query('insert into thing (id, big) values (30, 0)')
    let runs = 0
    const add = () =>
      fresh.database.transaction(
        async (tx) => {
          runs++
          const { rows } = await sql<{ big: number }>`select big from thing where id = 30`.execute(tx)
          await sql`select pg_sleep(0.05)`.execute(tx)
          await sql`update thing set big = ${rows[0]!.big + 1} where id = 30`.execute(tx)
        },
        { isolation: 'repeatable read', retries: 10 },
      )
    await Promise.all([add(), add(), add()])
    expect(await fresh.database.query('select big from thing where id = 30')).toEqual([{ big: 3 }])
    expect(runs).toBeGreaterThan(3)
  })

  it('gives up after the number of retries that was asked for', async () => {
    let runs = 0
    const failing = fresh.database.transaction(
      async () => {
        runs++
        throw Object.assign(new Error('again'), { code: '40001' })
      },
      { retries: 2 },
    )
    await expect(failing).rejects.toThrow('again')
    expect(runs).toBe(3)
  })
})

describe('listening', () => {
  it('hears payloads, goes on after its connection was cut, and says that something may be missing', async () => {
    const heard: (string | null)[] = []
    const waiting: (() => void)[] = []
    const next = async (count: number) => {
      while (heard.length < count) await new Promise<void>((resolve) => waiting.push(resolve))
    }
    const stop = await fresh.database.listen('job', (payload) => {
      heard.push(payload)
      for (const wake of waiting.splice(0)) wake()
    })
    await fresh.database.query("select pg_notify('job', 'one')")
    await next(1)
    await fresh.database.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like 'listen%'`,
    )
    await next(2)
    await fresh.database.query("select pg_notify('job', 'two')")
    await next(3)
    expect(heard).toEqual(['one', null, 'two'])
    stop()
  })
})

describe('a busy database whose connections the server ends', () => {
  /** Every connection but the one that asks. */
  const endAll = () =>
    fresh.database.session((session) =>
      session.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      ),
    )

  it('fails what was in flight as unavailable, keeps what it committed, and goes on', async () => {
    await fresh.database.query('create table kept (id int primary key, half int not null)')
    const database = await openDatabase({ url: fresh.url, poolSize: 4 })
    const heard: (string | null)[] = []
    await database.listen('busy', (payload) => heard.push(payload))
    const committed: number[] = []
    const failures: unknown[] = []
    let stopped = false
    let next = 1
    const write = () => {
      const id = next++
      return database
        .transaction(async (tx) => {
          await sql`insert into kept (id, half) values (${id}, 1)`.execute(tx)
          // In between nothing runs on the connection: what ends it then is nobody's answer.
          await new Promise((resolve) => setTimeout(resolve, id % 3))
          await sql`update kept set half = 2 where id = ${id}`.execute(tx)
        })
        .then(() => committed.push(id))
    }
    const work = [
      write,
      write,
      () => database.query('select pg_sleep(0.002)'),
      () => sql`select count(*) from kept`.execute(database.db),
      () => Promise.all([1, 2, 3].map((n) => sql`select ${n}::int`.execute(database.db))),
      () =>
        database.session(async (session) => {
          await session.query('select pg_advisory_lock(7)')
          await new Promise((resolve) => setTimeout(resolve, 2))
          await session.query('select pg_advisory_unlock(7)')
        }),
    ]
    const running = work.map(async (one) => {
      while (!stopped) await one().catch((error: unknown) => failures.push(error))
    })
    for (let round = 0; round < 20; round++) {
      await new Promise((resolve) => setTimeout(resolve, 25))
      await endAll()
    }
    stopped = true
    await Promise.all(running)
    expect(failures.length).toBeGreaterThan(0)
    expect(failures.filter((error) => !isUnavailable(error))).toEqual([])
    const rows = await database.query<{ id: number; half: number }>('select id, half from kept')
    const stored = new Set(rows.map(({ id }) => id))
    expect(committed.length).toBeGreaterThan(0)
    expect(committed.filter((id) => !stored.has(id))).toEqual([])
    expect(rows.filter(({ half }) => half !== 2)).toEqual([])
    await expect
      .poll(async () => {
        await database.query("select pg_notify('busy', 'still here')")
        return heard.includes('still here')
      })
      .toBe(true)
    await database.close()
  })

  it('fails a transaction that it ended between two statements at the next one, and lends no such connection again', async () => {
    const database = await openDatabase({ url: fresh.url, poolSize: 1 })
    const between = database.transaction(async (tx) => {
      await sql`select 1`.execute(tx)
      await endAll()
      await new Promise((resolve) => setTimeout(resolve, 100))
      await sql`select 2`.execute(tx)
    })
    expect(isUnavailable(await between.catch((error: unknown) => error))).toBe(true)
    expect(await database.query('select 3 as n')).toEqual([{ n: 3 }])
    await database.close()
  })
})

describe('migrating', () => {
  const write = (dir: string, name: string, text: string) => {
    mkdirSync(join(dir, name), { recursive: true })
    writeFileSync(join(dir, name, 'migration.sql'), text)
  }
  async function withSchema(
    schema: string,
    body: (dir: string, open: () => ReturnType<typeof openDatabase>) => Promise<void>,
  ) {
    const dir = mkdtempSync(join(scratch, 'migrations-'))
    await body(dir, () => openDatabase({ url: fresh.url, schema, poolSize: 2 }))
  }

  it('applies each migration once, in order, in the schema of the connection', () =>
    withSchema('m1', async (dir, open) => {
      write(dir, '0001_a', 'create table a (id int primary key); insert into a values (1);')
      write(
        dir,
        '0002_b',
        "create function f() returns int language plpgsql as $$ begin return 1; end $$; alter table a add column b text default 'x;y';",
      )
      const database = await open()
      const both = await Promise.all([migrate(database, dir), migrate(database, dir)])
      expect(both.flat().sort()).toEqual(['0001_a', '0002_b'])
      expect(await database.query('select * from a')).toEqual([{ id: 1, b: 'x;y' }])
      write(dir, '0003_c', 'create table c (id int)')
      expect(await migrate(database, dir)).toEqual(['0003_c'])
      expect(
        await database.query('select count(*) as n from m1._prisma_migrations where finished_at is not null'),
      ).toEqual([{ n: 3 }])
      await database.close()
    }))

  it('leaves nothing of a migration that fails', () =>
    withSchema('m2', async (dir, open) => {
      write(dir, '0001_bad', 'create table half (id int); select 1/0;')
      const database = await open()
      await expect(migrate(database, dir)).rejects.toThrow(
        /"0001_bad" failed and left nothing behind: division by zero/,
      )
      expect(
        await database.query(
          "select to_regclass('half') as t, (select count(*) from _prisma_migrations) as n",
        ),
      ).toEqual([{ t: null, n: 0 }])
      write(dir, '0001_bad', 'create table half (id int)')
      expect(await migrate(database, dir)).toEqual(['0001_bad'])
      await database.close()
    }))

  it('refuses a migration that was edited after it had been applied', () =>
    withSchema('m3', async (dir, open) => {
      write(dir, '0001_a', 'create table a (id int)')
      const database = await open()
      await migrate(database, dir)
      write(dir, '0001_a', 'create table a (id bigint)')
      await expect(migrate(database, dir)).rejects.toThrow('"0001_a" was edited')
      await database.close()
    }))

  it('refuses a database that a newer release migrated', () =>
    withSchema('m4', async (dir, open) => {
      write(dir, '0001_a', 'create table a (id int)')
      write(dir, '0002_b', 'create table b (id int)')
      const database = await open()
      await migrate(database, dir)
      rmSync(join(dir, '0002_b'), { recursive: true })
      await expect(migrate(database, dir)).rejects.toThrow('newer release')
      await database.close()
    }))
})
