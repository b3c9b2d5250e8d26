/**
 * Expected refusals are values. Exceptions are for bugs and for I/O.
 */
import type { Entity } from './entities.ts'
import type { ErrorCode } from './errors.ts'

/** Why something was refused: a code of the catalogue and the values that its sentence names. */
export interface Refusal {
  readonly code: ErrorCode
  /** Values for the placeholders of the catalogue's sentences; never personal data. */
  readonly params: Readonly<Record<string, string | number | boolean | null>>
  /** Finer detail for a form: which field is wrong and how. */
  readonly issues?: readonly {
    readonly path: string
    readonly message: string
    /** The same in Chinese. */
    readonly messageZh?: string
  }[]
}

/** Either a value or a refusal; check `ok` first. */
export type Result<T, R = Refusal> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: R }

/** Wraps a success. */
export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value }
}

/** Codes whose sentence names a thing. */
type Naming = 'not_found' | 'conflict.duplicate' | 'conflict.in_use'

/** Builds a refusal from a code of the catalogue; one that names a thing takes a known one and, where it has one, its own name. */
export function refuse(
  code: Naming,
  params: { readonly what: Entity; readonly name?: string },
): { readonly ok: false; readonly refusal: Refusal }
export function refuse(
  code: Exclude<ErrorCode, Naming>,
  params?: Refusal['params'],
  issues?: Refusal['issues'],
): { readonly ok: false; readonly refusal: Refusal }
export function refuse(
  code: ErrorCode,
  params: Refusal['params'] = {},
  issues?: Refusal['issues'],
): { readonly ok: false; readonly refusal: Refusal } {
  return { ok: false, refusal: issues ? { code, params, issues } : { code, params } }
}

/** A refusal on its way through code that can only throw; the edge turns it back into its value. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError'
  readonly refusal: Refusal
  constructor(refusal: Refusal) {
    super(refusal.code)
    this.refusal = refusal
  }
}
