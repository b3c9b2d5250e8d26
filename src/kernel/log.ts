/**
 * The log port. Personal data goes only under keys with a `pii` segment, which the sink redacts by default;
 * it never goes into the text.
 */
export interface Log {
  debug(fields: object, text: string): void
  info(fields: object, text: string): void
  warn(fields: object, text: string): void
  error(fields: object, text: string): void
  child(fields: object): Log
}

/** A log that says nothing; for pure tests. */
export const silentLog: Log = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLog,
}
