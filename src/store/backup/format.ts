import { createHash, type Hash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { StoreError } from '../connection.ts'

/**
 * A backup is one gzip file of records, each a line of JSON; a `media` record is followed by the file's bytes and a line
 * break. The first record is the manifest, the last one `end`, which carries the SHA-256 of everything before it.
 */
export type BackupRecord =
  | Manifest
  | { readonly type: 'table'; readonly table: string; readonly columns: readonly string[] }
  /** Rows of the last `table`, each as PostgreSQL writes a composite value. */
  | { readonly type: 'rows'; readonly rows: readonly string[] }
  | { readonly type: 'sequence'; readonly sequence: string; readonly value: string; readonly called: boolean }
  | { readonly type: 'media'; readonly hash: string; readonly bytes: number }
  | { readonly type: 'key'; readonly keys: readonly string[] }
  | { readonly type: 'missing'; readonly what: 'key' | 'media'; readonly why: string; readonly hash?: string }
  | { readonly type: 'end'; readonly sha256: string; readonly summary: BackupSummary }

export interface Manifest {
  readonly type: 'manifest'
  readonly format: 'yitong-backup'
  readonly version: 1
  readonly createdAt: string
  readonly postgres: string
  readonly migrations: readonly { readonly name: string; readonly checksum: string }[]
}

/** What a backup holds. */
export interface BackupSummary {
  /** Rows by table. */
  readonly rows: { readonly [table: string]: number }
  readonly mediaFiles: number
  readonly mediaBytes: number
  /** Hashes that the database names and that were not there. */
  readonly missingMedia: readonly string[]
  readonly key: 'included' | 'in SECRET_KEY' | 'left out' | 'none'
}

/** A record to write, with the bytes that follow it. */
export interface Written {
  readonly record: BackupRecord
  readonly content?: AsyncIterable<Uint8Array>
}

async function* encode(records: AsyncIterable<Written>, digest: Hash): AsyncGenerator<Uint8Array> {
  const count = (bytes: Uint8Array) => {
    digest.update(bytes)
    return bytes
  }
  for await (const { record, content } of records) {
    const whole = record.type === 'end' ? { ...record, sha256: digest.digest('hex') } : record
    const line = Buffer.from(`${JSON.stringify(whole)}\n`)
    yield record.type === 'end' ? line : count(line)
    if (!content) continue
    for await (const chunk of content) yield count(chunk)
    yield count(Buffer.from('\n'))
  }
}

/** Writes a backup file (mode 0600): it has its name only when it is complete and synced. The `end` record gets its checksum here. */
export async function writeBackupFile(file: string, records: AsyncIterable<Written>): Promise<void> {
  const part = `${file}.part`
  try {
    const source = Readable.from(encode(records, createHash('sha256')))
    await pipeline(source, createGzip({ level: 4 }), createWriteStream(part, { mode: 0o600 }))
    const handle = await open(part)
    await handle.sync().finally(() => handle.close())
    await rename(part, file)
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException
    if (syscall !== 'write' && syscall !== 'fsync' && syscall !== 'rename') throw error
    throw new StoreError(
      code === 'ENOSPC'
        ? `The backup ${file} could not be written: the disk is full. Free some space, or name another disk.`
        : `The backup ${file} could not be written (${code}).`,
      { cause: error },
    )
  } finally {
    await rm(part, { force: true })
  }
}

/** Cuts a stream into lines and runs of bytes, and keeps the digest of what it gave out. */
class Cutter {
  readonly digest = createHash('sha256')
  #rest: Buffer = Buffer.alloc(0)
  readonly #source: AsyncIterator<Buffer>

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  /** The next line without its break, or null at the end. Not part of the digest until `count`. */
  async line(): Promise<Buffer | null> {
    const parts: Buffer[] = []
    for (;;) {
      const at = this.#rest.indexOf(0x0a)
      if (at >= 0) {
        parts.push(this.#rest.subarray(0, at))
        this.#rest = this.#rest.subarray(at + 1)
        return Buffer.concat(parts)
      }
      parts.push(this.#rest)
      const { value, done } = await this.#source.next()
      if (done) return null
      this.#rest = value
    }
  }

  count(line: Buffer): void {
    this.digest.update(line).update('\n')
  }

  async *bytes(length: number): AsyncGenerator<Uint8Array> {
    for (let left = length; left > 0; ) {
      if (this.#rest.length === 0) {
        const { value, done } = await this.#source.next()
        if (done) throw new Error('it ends within a media file')
        this.#rest = value
      }
      const chunk = this.#rest.subarray(0, left)
      this.#rest = this.#rest.subarray(chunk.length)
      left -= chunk.length
      this.digest.update(chunk)
      yield chunk
    }
    const line = await this.line()
    if (line?.length !== 0) throw new Error('a media file is longer than announced')
    this.count(line)
  }
}

/** A record that was read. `content` of a media record must be read before the next record is asked for. */
export type Read = { readonly record: BackupRecord; readonly content?: AsyncIterable<Uint8Array> }

async function* decode(file: string): AsyncGenerator<Read> {
  const source = createReadStream(file)
  const unzipped = createGunzip()
  source.on('error', (error) => unzipped.destroy(error))
  const cutter = new Cutter(source.pipe(unzipped) as AsyncIterable<Buffer>)
  for (let first = true; ; first = false) {
    const line = await cutter.line()
    if (!line) throw new Error('it ends too early')
    const record = JSON.parse(line.toString('utf8')) as BackupRecord
    if (first && (record.type !== 'manifest' || record.format !== 'yitong-backup'))
      throw new Error('it is no backup of Yitong')
    if (record.type === 'manifest' && record.version !== 1) {
      throw new Error(`its format ${String(record.version)} is newer than this release`)
    }
    if (record.type === 'end') {
      if (record.sha256 !== cutter.digest.digest('hex')) throw new Error('its checksum is wrong')
      yield { record }
      return
    }
    cutter.count(line)
    yield record.type === 'media' ? { record, content: cutter.bytes(record.bytes) } : { record }
  }
}

/** Reads the records of a backup. Throws StoreError when it is cut off, damaged, or of a newer format. */
export async function* readBackupFile(file: string): AsyncGenerator<Read> {
  const records = decode(file)
  for (;;) {
    let next: IteratorResult<Read>
    try {
      next = await records.next()
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      throw new StoreError(`The backup ${file} cannot be used: ${why}.`, { cause: error })
    }
    if (next.done) return
    yield next.value
  }
}

/** Reads a backup through, checks it, and says what it holds. Throws StoreError. */
export async function checkBackupFile(file: string): Promise<{ manifest: Manifest; summary: BackupSummary }> {
  let manifest: Manifest | null = null
  let summary: BackupSummary | null = null
  for await (const { record, content } of readBackupFile(file)) {
    if (record.type === 'manifest') manifest = record
    if (record.type === 'end') summary = record.summary
    if (content) for await (const chunk of content) void chunk
  }
  return { manifest: manifest!, summary: summary! }
}
