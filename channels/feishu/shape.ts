import type { JsonObject, JsonValue } from '../../src/kernel/json.ts'

/** The value as an object; an empty one for anything else. */
export function objectOf(value: JsonValue | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
}

/** The value as a list; an empty one for anything else. */
export function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : []
}

/** The value as text: numbers are written out, anything else is empty. */
export function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}

/** A time in ms that Feishu wrote as text or number; null when it is not one. */
export function millisOf(value: JsonValue | undefined): number | null {
  const text = textOf(value)
  return /^\d{1,15}$/.test(text) ? Number(text) : null
}

/** JSON text as an object; null when it is not one. */
export function readObject(text: string): JsonObject | null {
  try {
    const value = JSON.parse(text) as JsonValue
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null
  } catch {
    return null
  }
}
