import pg from 'pg'

/** Where a database is, and how this process talks to it. */
export interface ConnectionSettings {
  /** `postgresql://…`; a `schema` parameter as Prisma writes it is understood. Instead of the socket fields. */
  readonly url?: string
  /** Directory of the Unix socket, or a host name. */
  readonly host?: string
  readonly port?: number
  readonly user?: string
  readonly password?: string
  readonly database?: string
  /** Schema that holds the tables (search_path); default `public`. Lower-case letters, digits and underscores. */
  readonly schema?: string
  /** Shown in pg_stat_activity; default `yitong`. */
  readonly applicationName?: string
}

/** A failure to use the database that people can mend: the message says what is wrong and what to do. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
}

// A Date sent to a column without a time zone would otherwise be written in the zone of this machine.
pg.defaults.parseInputDatesAsUTC = true

const int8 = 20
const int8Array = 1016
const textArrayOid: number = 1009
const date = 1082
const timestamp = 1114

function safeInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`int8 value ${text} does not fit a number`)
  return value
}

const textArray = pg.types.getTypeParser(textArrayOid)
const timestamptz = pg.types.getTypeParser(1184)

/** Readers by type OID, where the driver's own would give a string or read a time in this machine's zone. */
const readers: Readonly<Record<number, (text: string) => unknown>> = {
  [int8]: safeInteger,
  [int8Array]: (text) =>
    (textArray(text) as (string | null)[]).map((item) => (item === null ? null : safeInteger(item))),
  [date]: (text) => timestamptz(`${text} 00:00:00+00`),
  [timestamp]: (text) => timestamptz(`${text}+00`),
}

const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    (format !== 'binary' && readers[oid]) ||
    pg.types.getTypeParser(oid, format as 'text')) as pg.CustomTypesConfig['getTypeParser'],
}

/** The schema of the settings: given, or named in the address, or `public`. */
export function schemaOf(settings: ConnectionSettings): string {
  const named = settings.url ? new URL(settings.url).searchParams.get('schema') : null
  const schema = settings.schema ?? named ?? 'public'
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) {
    throw new StoreError(
      `"${schema}" cannot be used as a schema name: lower-case letters, digits and underscores only.`,
    )
  }
  return schema
}

/** Where the settings lead, without the password; for messages. */
export function addressOf(settings: ConnectionSettings): string {
  if (!settings.url)
    return `${settings.host ?? 'localhost'}:${settings.port ?? 5432}/${settings.database ?? ''}`
  const url = new URL(settings.url)
  return `${url.searchParams.get('host') ?? url.host}${url.pathname}`
}

/** Compiling a statement pays for long reports; ours are short, and on many rows it would cost more than they do. An address may say otherwise. */
const usual = '-c jit=off'

/** The driver's settings: every connection runs in UTC and sees exactly one schema. */
export function driverConfig(settings: ConnectionSettings): pg.ClientConfig {
  const schema = schemaOf(settings)
  const base: pg.ClientConfig = {
    types,
    application_name: settings.applicationName ?? 'yitong',
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
  }
  const forced = `-c TimeZone=UTC -c search_path=${schema}`
  if (!settings.url) {
    const { host, port, user, password, database } = settings
    return { ...base, host, port, user, password, database, options: `${usual} ${forced}` }
  }
  const url = new URL(settings.url)
  const options = url.searchParams.get('options') ?? ''
  // Parameters in the address win over the fields beside it, so what we force must not stay there.
  for (const name of ['schema', 'options']) url.searchParams.delete(name)
  return { ...base, connectionString: url.toString(), options: `${usual} ${options} ${forced}` }
}
