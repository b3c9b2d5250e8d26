import { createHash, randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { MediaStore, StoredMedia } from '../contract/ports.ts'
import { ok, type Result, refuse } from '../kernel/result.ts'
import { detectType, isAccepted } from './detect.ts'

export interface MediaStoreSettings {
  /** The folder of the files, `data/media`; made when missing. */
  readonly dir: string
  /** Largest file where the caller names no limit; default 50 MB. */
  readonly maxBytes?: number
}

const defaultMaxBytes = 50 * 1024 * 1024
const leftoverAgeMs = 24 * 3600 * 1000

/** Where a file is, below the folder: two levels, so that no folder holds too many. Throws on what is no hash. */
export function mediaPath(hash: string): string {
  if (!/^[0-9a-f]{64}$/.test(hash))
    throw new TypeError(`not a content hash: ${JSON.stringify(hash).slice(0, 80)}`)
  return join(hash.slice(0, 2), hash)
}

async function syncDir(dir: string): Promise<void> {
  const handle = await open(dir)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

interface Written {
  readonly hash: string
  readonly size: number
}

/** Writes and syncs the content; null when it is larger than allowed. */
async function writeContent(
  file: FileHandle,
  content: Uint8Array | AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<Written | null> {
  const digest = createHash('sha256')
  let size = 0
  for await (const chunk of content instanceof Uint8Array ? [content] : content) {
    size += chunk.byteLength
    if (size > maxBytes) return null
    digest.update(chunk)
    await file.writeFile(chunk)
  }
  await file.sync()
  return { hash: digest.digest('hex'), size }
}

const fullCodes = new Set(['ENOSPC', 'EDQUOT'])
type PutOptions = Parameters<MediaStore['put']>[1]

/**
 * A put: everything happens in a temporary file, which takes its name when it is complete and synced. A file that was there
 * before is replaced by the same bytes, and so is young again.
 */
async function put(
  settings: Required<MediaStoreSettings>,
  content: Uint8Array | AsyncIterable<Uint8Array>,
  { declaredType, maxBytes = settings.maxBytes, accept }: NonNullable<PutOptions> = {},
): Promise<Result<StoredMedia>> {
  const temporary = join(settings.dir, '.new', randomUUID())
  try {
    const file = await open(temporary, 'wx', 0o600)
    const written = await writeContent(file, content, maxBytes).finally(() => file.close())
    if (!written) return refuse('media.too_large', { limit: maxBytes })
    const contentType = await detectType(temporary, declaredType)
    if (accept && !isAccepted(contentType, accept)) return refuse('media.type_refused', { type: contentType })
    const target = join(settings.dir, mediaPath(written.hash))
    const folder = join(target, '..')
    // The parent is synced as well when the folder is new: else a crash could take the folder with the file in it.
    if (await mkdir(folder, { recursive: true, mode: 0o700 })) await syncDir(settings.dir)
    await rename(temporary, target)
    await syncDir(folder)
    return ok({ ...written, contentType })
  } catch (error) {
    if (fullCodes.has((error as NodeJS.ErrnoException).code ?? '')) return refuse('store.full')
    throw error
  } finally {
    await rm(temporary, { force: true })
  }
}

async function removeLeftovers(dir: string): Promise<void> {
  for (const name of await readdir(dir)) {
    const path = join(dir, name)
    const { mtimeMs } = await stat(path)
    if (Date.now() - mtimeMs > leftoverAgeMs) await rm(path, { force: true })
  }
}

/**
 * Files named by the SHA-256 of their content, in `dir/ab/<hash>`. A put resolves when the bytes and the name are on the
 * disk. Names that people gave to files never reach the file system.
 */
export async function openMediaStore(settings: MediaStoreSettings): Promise<MediaStore> {
  const all = { maxBytes: defaultMaxBytes, ...settings }
  const incoming = join(all.dir, '.new')
  await mkdir(incoming, { recursive: true, mode: 0o700 })
  await removeLeftovers(incoming)
  const path = (hash: string) => join(all.dir, mediaPath(hash))
  return {
    put: (content, options) => put(all, content, options),
    get: async (hash) => readFile(path(hash)),
    stream: async (hash, range) => (await open(path(hash))).createReadStream(range),
    has: async (hash) =>
      stat(path(hash)).then(
        () => true,
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOENT') return false
          throw error
        },
      ),
    look: async (hash, declaredType) => {
      const file = path(hash)
      const found = await Promise.all([stat(file), detectType(file, declaredType)]).catch(missing)
      return found ? { hash, size: found[0].size, contentType: found[1] } : null
    },
  }
}

const missing = (error: NodeJS.ErrnoException): false => {
  if (error.code === 'ENOENT') return false
  throw error
}

/** Whether a file is there and was put last before a moment. */
async function isOlder(path: string, beforeMs: number): Promise<boolean> {
  return await stat(path).then(({ mtimeMs }) => mtimeMs < beforeMs, missing)
}

/** The files of the store's folder that were put last before a moment, folder by folder. */
export async function* oldMedia(dir: string, beforeMs: number): AsyncGenerator<readonly string[]> {
  for (const folder of (await readdir(dir)).filter((name) => /^[0-9a-f]{2}$/.test(name))) {
    const old: string[] = []
    for (const name of await readdir(join(dir, folder))) {
      if (/^[0-9a-f]{64}$/.test(name) && (await isOlder(join(dir, folder, name), beforeMs))) old.push(name)
    }
    if (old.length > 0) yield old
  }
}

/**
 * Removes a file of the store's folder for good unless it was put (again) since `beforeMs`; again is nothing. For files to which
 * nothing refers: a young one may have been stored for what is about to refer to it.
 */
export async function removeMedia(dir: string, hash: string, beforeMs: number): Promise<void> {
  const path = join(dir, mediaPath(hash))
  if (!(await isOlder(path, beforeMs))) return
  // The same bytes may be put this moment: what is looked at again is what was taken away, and no other file.
  const aside = join(dir, '.new', randomUUID())
  if ((await rename(path, aside).catch(missing)) === false) return
  if (await isOlder(aside, beforeMs)) await rm(aside, { force: true })
  else await rename(aside, path)
}
