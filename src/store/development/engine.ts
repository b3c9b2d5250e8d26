import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from '@prisma/driver-adapter-utils'
import type { DiffTarget, MigrationList, SchemaEngine } from '@prisma/schema-engine-wasm'
import pg from 'pg'
import { migrationsDir, readMigrations } from '../migrate.ts'

/** The model from which types and migrations come. */
export const schemaFile = fileURLToPath(new URL('../../../prisma/schema.prisma', import.meta.url))

interface Bindings {
  __wbg_set_wasm(exports: WebAssembly.Exports): void
  readonly SchemaEngine: {
    new: (options: object, log: (line: string) => void, adapter: object) => Promise<SchemaEngine>
  }
}

// Once per process: a second instance breaks the first.
let loading: Promise<Bindings> | undefined

// The package's own entry imports the .wasm file as a module, which Node does only behind a flag.
async function loadBindings(): Promise<Bindings> {
  const bindings = (await import('@prisma/schema-engine-wasm/schema_engine_bg')) as unknown as Bindings
  const path = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg')
  const { instance } = await WebAssembly.instantiate(await readFile(path.replace(/\.js$/, '.wasm')), {
    './schema_engine_bg.js': bindings as unknown as WebAssembly.ModuleImports,
  })
  bindings.__wbg_set_wasm(instance.exports)
  ;(instance.exports.__wbindgen_start as () => void)()
  return bindings
}

const singleChar = 18
const bpchar = 1042

/**
 * Prisma's adapter, taught the catalogue's type `"char"`, which it refuses and the engine reads since it looks at
 * constraints: the driver's answer calls it `char(n)`, and the adapter's result names it for what it is.
 */
function catalogueAdapter(pool: pg.Pool): PrismaPg {
  const singleChars = new Set<string>()
  const query = pool.query.bind(pool) as (config: pg.QueryArrayConfig) => Promise<pg.QueryArrayResult>
  const relabelled = async (config: pg.QueryArrayConfig) => {
    const result = await query(config)
    for (const field of result.fields.filter(({ dataTypeID }) => dataTypeID === singleChar)) {
      singleChars.add(field.name)
      field.dataTypeID = bpchar
    }
    return result
  }
  const factory = new PrismaPg(Object.assign(pool, { query: relabelled }))
  const connect = factory.connect.bind(factory)
  return Object.assign(factory, {
    async connect() {
      const adapter = await connect()
      const queryRaw = adapter.queryRaw.bind(adapter)
      return Object.assign(adapter, {
        // The adapter cuts scripts at every semicolon; the engine of the command line sends them whole, functions too.
        executeScript: async (script: string) => void (await query(script as never)),
        async queryRaw(statement: Parameters<typeof queryRaw>[0]) {
          const result = await queryRaw(statement)
          const type = (name: string, known: (typeof result.columnTypes)[number]) =>
            singleChars.has(name) ? ColumnTypeEnum.Character : known
          return {
            ...result,
            columnTypes: result.columnNames.map((name, i) => type(name, result.columnTypes[i]!)),
          }
        },
      })
    },
  })
}

const filters = { externalTables: ['public._prisma_migrations'], externalEnums: [] }

/** Lends Prisma's schema engine, connected to a database. */
async function withEngine<T>(
  url: string,
  model: string,
  work: (engine: SchemaEngine) => Promise<T>,
): Promise<T> {
  loading ??= loadBindings()
  const bindings = await loading
  const pool = new pg.Pool({ connectionString: url, max: 2 })
  const adapter = bindMigrationAwareSqlAdapterFactory(catalogueAdapter(pool))
  const engine = await bindings.SchemaEngine.new({ datamodels: [[schemaFile, model]] }, () => {}, adapter)
  try {
    return await work(engine)
  } finally {
    engine.free()
    await pool.end()
  }
}

/** What the engine would do to a live database to make it what the model says: SQL statements, comments removed. */
export async function diffToModel(url: string, model?: string): Promise<string[]> {
  const files = [{ path: schemaFile, content: model ?? (await readFile(schemaFile, 'utf8')) }]
  const from: DiffTarget = { tag: 'schemaDatasource', files, configDir: '.' }
  const to: DiffTarget = { tag: 'schemaDatamodel', files }
  return await withEngine(url, files[0]!.content, async (engine) => {
    const { stdout } = await engine.diff({ from, to, script: true, exitCode: null, filters })
    return statements(stdout ?? '')
  })
}

/** What `prisma migrate status` and `prisma migrate deploy` find in a database and do to it, by the same engine. */
export async function prismaMigrations(url: string) {
  const model = await readFile(schemaFile, 'utf8')
  const lock = join(migrationsDir, 'migration_lock.toml')
  const migrationsList: MigrationList = {
    baseDir: migrationsDir,
    lockfile: { path: 'migration_lock.toml', content: await readFile(lock, 'utf8') },
    shadowDbInitScript: '',
    migrationDirectories: (await readMigrations()).map(({ name, sql }) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sql } },
    })),
  }
  return {
    status: () =>
      withEngine(url, model, (engine) =>
        engine.diagnoseMigrationHistory({ migrationsList, filters, optInToShadowDatabase: false }),
      ),
    deploy: () =>
      withEngine(url, model, async (engine) => {
        const none = { externalTables: [], externalEnums: [] }
        const { appliedMigrationNames } = await engine.applyMigrations({ migrationsList, filters: none })
        return appliedMigrationNames
      }),
  }
}

/** The statements of a script of the engine: it ends each with a semicolon at the end of a line. */
export function statements(script: string): string[] {
  const text = script
    .split('\n')
    .filter((line) => !line.startsWith('--'))
    .join('\n')
  return text
    .split(/;\n|;$/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '')
}
