/** PostgreSQL for the rooms: embedded or a server. Nothing else imports kysely, pg or prisma. */
export {
  CompiledQuery,
  type ExpressionBuilder,
  type Insertable,
  type RawBuilder,
  type Selectable,
  sql,
  type Updateable,
} from 'kysely'
export type { BackupSummary } from './backup/format.ts'
export { type BackupSettings, backup } from './backup.ts'
export { type ConnectionSettings, StoreError } from './connection.ts'
export {
  type Database,
  type OpenSettings,
  openDatabase,
  type Reader,
  type Session,
  type TransactionOptions,
  type Tx,
} from './database.ts'
export { ensureDataDir } from './embedded/place.ts'
export { type Embedded, type EmbeddedSettings, startEmbedded } from './embedded.ts'
export { failureCode, isRetryable, isUnavailable, isUniqueViolation, storeRefusal } from './failures.ts'
export type { DB } from './generated/tables.ts'
export { holdNames } from './hold.ts'
export { json } from './json.ts'
export { keptWithConfig } from './kept.ts'
export type { Heard } from './listen.ts'
export { migrate } from './migrate.ts'
export { type Restored, type RestoreSettings, restore } from './restore.ts'
export { rotateKey, sealIdentity } from './rotate.ts'
export { openSecretBox, type SecretBox, secretBox } from './secrets.ts'
export { unread } from './statements.ts'
export { changeVersioned, type VersionedTable } from './versioned.ts'
