import { createCipheriv, createDecipheriv, createHash, randomBytes, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { link, mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { StoreError } from './connection.ts'

/** Seals and opens the secrets of rows. */
export interface SecretBox {
  /** Id of the key that seals: eight hex digits, not secret. */
  readonly keyId: string
  /** Encrypts (AES-256-GCM). `identity` names the row, e.g. `channel_account:<id>`: a sealed text copied to another row does not open. */
  seal(plain: string, identity: string): string
  /** Decrypts. Throws StoreError when the key is not there or the text was changed or moved. */
  open(sealed: string, identity: string): string
  /** True when another key than the current one sealed it. */
  isStale(sealed: string): boolean
}

const version = 'v1'
const ivBytes = 12
const tagBytes = 16

function idOf(key: Buffer): string {
  return createHash('sha256').update('yitong key id').update(key).digest('hex').slice(0, 8)
}

/** Reads keys: 64 hex digits or 44 characters of base64 each, separated by commas or lines; the first one seals. Throws StoreError. */
export function parseKeys(text: string, source: string): Buffer[] {
  const parts = text.split(/[\s,]+/).filter((part) => part !== '')
  const keys = parts.map((part) => Buffer.from(part, /^[0-9a-f]{64}$/i.test(part) ? 'hex' : 'base64'))
  if (keys.length === 0 || keys.some((key) => key.length !== 32)) {
    throw new StoreError(
      `${source} is not a key: 32 bytes as 64 hex digits or as base64 are needed, for example from "openssl rand -hex 32".`,
    )
  }
  return keys
}

/** Where the keys of a box come from. */
interface KeySource {
  /** As people are told where to look. */
  readonly name: string
  /** The keys that are there now. Throws StoreError. */
  read(): readonly Buffer[]
}

/**
 * Makes a box from keys of 32 bytes; the first one seals, all open. With a `source` it looks there again before it seals, and when
 * it meets a key that it does not know: the key may have been changed beside the process that holds the box.
 */
export function secretBox(keys: readonly Buffer[], source?: KeySource): SecretBox {
  const byId = new Map<string, Buffer>()
  let current = keys[0]!
  let keyId = ''
  const take = (found: readonly Buffer[]) => {
    current = found[0]!
    keyId = idOf(current)
    for (const key of found) byId.set(idOf(key), key)
  }
  const bind = (id: string, identity: string) => Buffer.from(`${version}.${id}.${identity}`)
  take(keys)
  return {
    get keyId() {
      return keyId
    },
    seal(plain, identity) {
      try {
        if (source) take(source.read())
      } catch {
        // Whoever puts the file back puts back the key that is used here.
      }
      const iv = randomBytes(ivBytes)
      const cipher = createCipheriv('aes-256-gcm', current, iv).setAAD(bind(keyId, identity))
      const sealed = Buffer.concat([iv, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()])
      return `${version}.${keyId}.${sealed.toString('base64url')}`
    },
    open(sealed, identity) {
      const [form, id = '', body = ''] = sealed.split('.')
      const bytes = Buffer.from(body, 'base64url')
      if (form !== version || bytes.length < ivBytes + tagBytes) {
        throw new StoreError(`The secret of ${identity} is not in a form that this release knows.`)
      }
      if (source && !byId.has(id)) take(source.read())
      const key = byId.get(id)
      if (!key) {
        throw new StoreError(
          `The secret of ${identity} was encrypted with the key ${id}, which is not in ${source?.name ?? 'SECRET_KEY'}. Put that key back, or enter the secret again.`,
        )
      }
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivBytes), {
        authTagLength: tagBytes,
      })
      decipher.setAAD(bind(id, identity)).setAuthTag(bytes.subarray(-tagBytes))
      try {
        return decipher.update(bytes.subarray(ivBytes, -tagBytes), undefined, 'utf8') + decipher.final('utf8')
      } catch (error) {
        throw new StoreError(`The secret of ${identity} was changed or belongs to another row.`, {
          cause: error,
        })
      }
    },
    isStale: (sealed) => sealed.split('.')[1] !== keyId,
  }
}

/** The key file of a data directory, by the path that people find it at. */
export function keyFile(dataDir: string): string {
  return resolve(dataDir, 'secret.key')
}

/** Writes keys beside the key file, whole and synced, and lets `place` give them its name. Mode 0600. */
async function writeKeys(
  dataDir: string,
  keys: readonly Buffer[],
  place: (written: string, file: string) => Promise<void>,
): Promise<void> {
  await mkdir(dataDir, { recursive: true })
  const file = keyFile(dataDir)
  // A name of its own: others may be writing as well.
  const written = `${file}.${randomUUID()}.new`
  try {
    const handle = await open(written, 'wx', 0o600)
    try {
      await handle.writeFile(keys.map((key) => `${key.toString('hex')}\n`).join(''))
      await handle.sync()
    } finally {
      await handle.close()
    }
    await place(written, file)
  } finally {
    await rm(written, { force: true })
  }
  const folder = await open(dataDir)
  await folder.sync().finally(() => folder.close())
}

/** Replaces the key file so that a crash leaves the old or the new one whole. */
export async function writeKeyFile(dataDir: string, keys: readonly Buffer[]): Promise<void> {
  await writeKeys(dataDir, keys, rename)
}

/** Makes the key file of a first start, unless somebody was faster: the keys that are there are never written again. */
async function makeKeyFile(dataDir: string): Promise<Buffer[]> {
  const keys = [randomBytes(32)]
  try {
    await writeKeys(dataDir, keys, link)
    return keys
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return (await readKeyFile(dataDir))!
  }
}

/** The keys of the key file, or null when there is none. */
export async function readKeyFile(dataDir: string): Promise<Buffer[] | null> {
  try {
    return parseKeys(await readFile(keyFile(dataDir), 'utf8'), keyFile(dataDir))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** The key file as it is at the moment; at once, because secrets are sealed and opened at once. */
function keyFileSource(dataDir: string): KeySource {
  const name = keyFile(dataDir)
  return {
    name,
    read() {
      try {
        return parseKeys(readFileSync(name, 'utf8'), name)
      } catch (error) {
        if (error instanceof StoreError) throw error
        const { code } = error as NodeJS.ErrnoException
        throw new StoreError(`The key file ${name} cannot be read (${code}).`, { cause: error })
      }
    },
  }
}

/**
 * Opens the box of an installation: the keys of `SECRET_KEY` when given, else those of `data/secret.key`, which is made
 * at the first start and read again when the key was changed meanwhile. Throws StoreError on a key that cannot be read.
 */
export async function openSecretBox(settings: {
  dataDir: string
  secretKey: string | null
}): Promise<SecretBox> {
  if (settings.secretKey) return secretBox(parseKeys(settings.secretKey, 'SECRET_KEY'))
  const keys = (await readKeyFile(settings.dataDir)) ?? (await makeKeyFile(settings.dataDir))
  return secretBox(keys, keyFileSource(settings.dataDir))
}
