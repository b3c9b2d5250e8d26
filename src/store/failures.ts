import type { Refusal } from '../kernel/result.ts'

/** The SQLSTATE or the system's code of an error that came from the driver. */
export function failureCode(error: unknown): string | null {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : null
}

const serialization = new Set(['40001', '40P01'])

/** True when the same transaction may succeed if it is run again: serialization failure or deadlock. */
export function isRetryable(error: unknown): boolean {
  return serialization.has(failureCode(error) ?? '')
}

/** True when a unique constraint (the given one, if named) refused the row. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if (failureCode(error) !== '23505') return false
  return constraint === undefined || (error as { constraint?: string }).constraint === constraint
}

const full = new Set(['53100', 'ENOSPC', 'EDQUOT'])
const away = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOENT',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
])
// What the driver throws without a code when a connection or the pool is gone.
const awayText =
  /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|Cannot use a pool after calling end)/

/** True when the server cannot be reached at the moment, is starting, or is shutting down. */
export function isUnavailable(error: unknown): boolean {
  const code = failureCode(error)
  if (code === null) return error instanceof Error && awayText.test(error.message)
  return away.has(code) || code.startsWith('08') || code.startsWith('57P') || code === '53300'
}

/** The refusal that a storage failure means for whoever asked, or null when it is a bug: full disk, server away. */
export function storeRefusal(error: unknown): Refusal | null {
  if (full.has(failureCode(error) ?? '')) return { code: 'store.full', params: {} }
  if (isUnavailable(error)) return { code: 'store.unavailable', params: {} }
  return null
}
