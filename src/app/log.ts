import pino from 'pino'
import type { Log } from '../kernel/log.ts'
import { writtenError } from './written-error.ts'

const hidden = '[pii]'
const cut = '[cut]'
/** Nobody reads a line that is nested deeper than this, and what is not looked at must not pass. */
const deepest = 6

/** Replaces what stands under keys with a `pii` segment, and cuts off what lies too deep to be looked at. */
function redact(value: unknown, depth = 0): unknown {
  if (value === null || typeof value !== 'object') return value
  if (depth > deepest) return cut
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1))
  if (value instanceof Error) return redact(writtenError(value, hidden), depth)
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, isPersonal(key) ? hidden : redact(inner, depth + 1)]),
  )
}

/** `pii`, `pii_phone`, `phonePii`, `customer.pii` … */
function isPersonal(key: string): boolean {
  return /(?:^|[^a-z])pii(?:[^a-z]|$)|Pii(?:[^a-z]|$)/.test(key)
}

/** Structured logs on standard output, one JSON object a line, personal data redacted. */
export function makeLog(level: string, destination?: pino.DestinationStream): Log {
  const options: pino.LoggerOptions = {
    level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: {
      level: (label) => ({ level: label }),
      log: (fields) => redact(fields) as Record<string, unknown>,
    },
    // Errors are written by `redact`, under every key.
    serializers: { err: (error: unknown) => error },
  }
  return wrap(destination ? pino(options, destination) : pino(options))
}

function wrap(logger: pino.Logger): Log {
  return {
    debug: (fields, text) => logger.debug(fields, text),
    info: (fields, text) => logger.info(fields, text),
    warn: (fields, text) => logger.warn(fields, text),
    error: (fields, text) => logger.error(fields, text),
    child: (fields) => wrap(logger.child(redact(fields) as pino.Bindings)),
  }
}
