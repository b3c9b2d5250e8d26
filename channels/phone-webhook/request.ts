import type { RawRequest } from '../../src/contract/channel.ts'
import type { JsonObject, JsonValue } from '../../src/kernel/json.ts'

/** A report as data: what the body says, or the query string of a request without one. */
export interface ReadRequest {
  readonly root: JsonValue
  readonly request: RawRequest
}

/** The content is not what a call center sends. Its message is one short clause. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable'
}

/** Reads a request: JSON, a form, or the query string. Throws Unreadable. Pure. */
export function readRequest(request: RawRequest): ReadRequest {
  if (request.body.byteLength === 0) return { root: { ...request.query }, request }
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(request.body)
  } catch {
    throw new Unreadable('the body is not UTF-8')
  }
  if (/^\s*[[{]/.test(text)) return { root: parseJson(text), request }
  const type = request.headers['content-type'] ?? ''
  if (type.includes('json')) throw new Unreadable('the body is not JSON')
  if (type.includes('multipart')) throw new Unreadable('multipart bodies are not read')
  return { root: Object.fromEntries(new URLSearchParams(text)), request }
}

function parseJson(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    throw new Unreadable('the body is not JSON')
  }
}

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The value at a path of an item (`a.b[0]`, `?query`, `@header`, alternatives with `|`); undefined when there is none. */
export function lookUp(path: string, item: JsonValue, request: RawRequest): JsonValue | undefined {
  for (const one of path.split('|')) {
    const value = at(one.trim(), item, request)
    if (value !== undefined && value !== null && value !== '') return value
  }
  return undefined
}

function at(path: string, item: JsonValue, request: RawRequest): JsonValue | undefined {
  if (path === '') return undefined
  if (path.startsWith('?')) return own(request.query, path.slice(1))
  if (path.startsWith('@')) return own(request.headers, path.slice(1).toLowerCase())
  let value: JsonValue | undefined = item
  for (const step of path.split(/\.|\[(\d+)\]/).filter((part) => part !== undefined && part !== '')) {
    // Some platforms put JSON into a member as text.
    const inside: JsonValue | undefined = typeof value === 'string' ? unpacked(value) : value
    if (Array.isArray(inside) && /^\d{1,4}$/.test(step)) value = inside[Number(step)]
    else value = isObject(inside) ? own(inside, step) : undefined
  }
  return value
}

function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined
}

/** A JSON text as its value; anything else as it is. */
export function unpacked(text: string): JsonValue {
  if (!/^\s*[[{]/.test(text)) return text
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    return text
  }
}

/** The calls of a report. */
export function itemsOf(read: ReadRequest, path: string): JsonValue[] {
  const found = path === '' ? read.root : lookUp(path, read.root, read.request)
  const value = typeof found === 'string' ? unpacked(found) : found
  if (Array.isArray(value)) return value
  return value === undefined ? [] : [value]
}

/** A scalar as text, without white space around it; empty for anything else. */
export function textOf(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value.replaceAll('\u0000', '').toWellFormed().trim()
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}
