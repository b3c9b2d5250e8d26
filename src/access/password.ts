import { randomInt } from 'node:crypto'
import { hash, verify } from '@node-rs/argon2'
import { ok, type Result, refuse } from '../kernel/result.ts'

/** Fewest characters of a password. */
export const minPasswordLength = 10
/** Longest one; hashing more would only cost time. */
export const maxPasswordLength = 200

const common = [
  'password',
  'passw0rd',
  'administrator',
  'qwertyuiop',
  '1q2w3e4r5t',
  '1qaz2wsx3edc',
  'iloveyou',
  'welcome',
  'letmein',
  'yitong',
  'admin',
  'abc123',
  'woaini',
]

const runs = ['0123456789012345678901234567890', 'abcdefghijklmnopqrstuvwxyz', 'qwertyuiopasdfghjklzxcvbnm']

/** True when a password is among the first that anybody would try, or holds little more than the sign-in name. */
export function isWeak(password: string, login: string): boolean {
  const plain = password.toLowerCase()
  if ([...password].length < minPasswordLength) return true
  if (new Set(plain).size < 5) return true
  if (runs.some((run) => run.includes(plain) || [...run].reverse().join('').includes(plain))) return true
  const rest = [login.toLowerCase(), ...common].reduce((left, word) => left.replaceAll(word, ''), plain)
  return rest.replace(/[\d\W_]/g, '').length < 3 && rest.length < 8
}

/** Hashes a password (argon2id, 19 MiB, two passes: OWASP's parameters). Refuses a weak one. */
export async function hashPassword(password: string, login: string): Promise<Result<string>> {
  if (isWeak(password, login)) return refuse('access.weak_password', { min: minPasswordLength })
  return ok(await hash(password, { memoryCost: 19_456, timeCost: 2, parallelism: 1 }))
}

/** Whether the password belongs to the hash; false also for a hash that cannot be read. */
export async function passwordMatches(stored: string, password: string): Promise<boolean> {
  return await verify(stored, password).catch(() => false)
}

// Without letters and digits that look alike when they are read from a terminal.
const alphabet = 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789'

/** A random password of 20 characters (116 bits) in groups of five. */
export function randomPassword(): string {
  const letters = Array.from({ length: 20 }, () => alphabet[randomInt(alphabet.length)]!)
  return [0, 5, 10, 15].map((at) => letters.slice(at, at + 5).join('')).join('-')
}
