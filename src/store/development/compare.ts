import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Database } from '../database.ts'
import { diffToModel } from './engine.ts'

/** Where the differences that we want are written down. */
const allowFile = fileURLToPath(new URL('../../../prisma/drift-allow.json', import.meta.url))

/** prisma/drift-allow.json: what the database has and the model cannot say, each with its reason. */
export interface Allowed {
  /** Statements of the engine that would take away something we want. */
  readonly statements: readonly { readonly sql: string; readonly why: string }[]
  /** Things that the engine does not see at all. */
  readonly objects: readonly { readonly kind: string; readonly name: string; readonly why: string }[]
}

/** Reads the allow-list. */
export async function readAllowed(file = allowFile): Promise<Allowed> {
  return JSON.parse(await readFile(file, 'utf8')) as Allowed
}

/** Everything in the live catalogue that Prisma's model has no words for, as `kind name`. */
async function unspeakable(database: Database): Promise<string[]> {
  const rows = await database.query<{ kind: string; name: string }>(
    `select 'index' as kind, c.relname as name from pg_index i join pg_class c on c.oid = i.indexrelid
       where c.relnamespace = current_schema()::regnamespace
         and (i.indpred is not null or i.indexprs is not null or c.relam <> (select oid from pg_am where amname = 'btree'))
     union all
     select 'trigger', r.relname || '.' || t.tgname from pg_trigger t join pg_class r on r.oid = t.tgrelid
       where not t.tgisinternal and r.relnamespace = current_schema()::regnamespace
     union all
     select 'function', p.proname from pg_proc p where p.pronamespace = current_schema()::regnamespace
     union all
     select 'constraint', k.conname from pg_constraint k
       where k.connamespace = current_schema()::regnamespace and k.contype in ('c', 'x') and k.conrelid <> 0
     union all
     select 'generated column', r.relname || '.' || a.attname from pg_attribute a join pg_class r on r.oid = a.attrelid
       where a.attgenerated <> '' and r.relnamespace = current_schema()::regnamespace and r.relkind = 'r'
     union all
     select 'sequence', c.relname from pg_class c
       where c.relkind = 'S' and c.relnamespace = current_schema()::regnamespace
         and not exists (select 1 from pg_depend d where d.objid = c.oid and d.deptype in ('a', 'i'))
     order by 1, 2`,
  )
  return rows.map(({ kind, name }) => `${kind} ${name}`)
}

/** What differs from the model and from the allow-list. All empty: no drift. */
export interface Drift {
  /** Statements that would be needed and are not allowed for. */
  readonly statements: readonly string[]
  /** Things in the database that stand nowhere. */
  readonly unlisted: readonly string[]
  /** Entries of the allow-list for which there is nothing: the thing was lost, or the entry is out of date. */
  readonly missing: readonly string[]
}

/** Compares a migrated database with the model and the allow-list. */
export async function findDrift(
  database: Database,
  url: string,
  allowed: Allowed,
  model?: string,
): Promise<Drift> {
  const needed = await diffToModel(url, model)
  const live = await unspeakable(database)
  const statements = allowed.statements.map(({ sql }) => sql)
  const objects = allowed.objects.map(({ kind, name }) => `${kind} ${name}`)
  return {
    statements: needed.filter((sql) => !statements.includes(sql)),
    unlisted: live.filter((name) => !objects.includes(name)),
    missing: [
      ...statements.filter((sql) => !needed.includes(sql)),
      ...objects.filter((name) => !live.includes(name)),
    ],
  }
}
