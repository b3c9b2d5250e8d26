import { z } from 'zod'
import type { JsonObject, JsonValue } from '../../../src/kernel/json.ts'

/** What is left of a model's text when reasoning and code fences are taken off. */
export function stripAnswer(text: string): string {
  let bare = withoutThoughts(text).trim()
  const fence = bare.indexOf('```')
  if (fence >= 0) {
    const body = bare.slice(fence + 3).replace(/^[a-zA-Z]*\s*/, '')
    const end = body.lastIndexOf('```')
    bare = (end >= 0 ? body.slice(0, end) : body).trim()
  }
  const first = bare.indexOf('{')
  const last = bare.lastIndexOf('}')
  return first >= 0 && last > first ? bare.slice(first, last + 1) : bare
}

const thought = '<think>'

function withoutThoughts(text: string): string {
  let rest = ''
  for (let at = 0; ; ) {
    const open = text.indexOf(thought, at)
    if (open < 0) return rest + text.slice(at)
    rest += text.slice(at, open)
    const close = text.indexOf('</think>', open)
    if (close < 0) return rest
    at = close + '</think>'.length
  }
}

/** Reads an answer against a schema: the value, or in a few words what is wrong with it. */
export function readAnswer(text: string, schema: JsonObject): { value: JsonValue } | { wrong: string } {
  let value: JsonValue
  try {
    value = JSON.parse(stripAnswer(text)) as JsonValue
  } catch {
    return { wrong: text.trim() === '' ? 'the answer is empty' : 'the answer is not JSON' }
  }
  const checked = checker(schema).safeParse(value)
  if (checked.success) return { value }
  const issues = checked.error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join('.') || '(root)'}: ${issue.message}`)
  return { wrong: issues.join('; ') }
}

/**
 * Reads an answer while it comes: each piece of text goes in, and each member of the object's top level comes out as soon as
 * it is complete and fits its schema. Every character is looked at once.
 */
export function memberReader(
  schema: JsonObject,
  onMember: (name: string, value: JsonValue) => void,
): (piece: string) => void {
  const properties = schema.properties as { readonly [name: string]: JsonObject } | undefined
  let text = ''
  let at = 0
  let state: 'before' | 'inside' | 'done' = 'before'
  let depth = 0
  let inString = false
  let escaped = false
  let from = 0
  /** Whether it thinks first; null while that cannot be told. */
  let thinks: boolean | null = null

  /** Where the object begins, behind whatever the model thought first. */
  function begin(): boolean {
    if (thinks === null) {
      while (from < text.length && /\s/.test(text[from]!)) from++
      const head = text.slice(from, from + thought.length)
      if (head.length < thought.length && thought.startsWith(head)) return false
      thinks = head === thought
    }
    if (thinks) {
      const close = text.indexOf('</think>', Math.max(from, at - thought.length))
      at = close < 0 ? text.length : close
      if (close < 0) return false
      thinks = false
    }
    const open = text.indexOf('{', at)
    at = open < 0 ? text.length : open + 1
    if (open >= 0) from = at
    return open >= 0
  }

  function member(end: number): void {
    let value: { readonly [name: string]: JsonValue }
    try {
      value = JSON.parse(`{${text.slice(from, end)}}`) as typeof value
    } catch {
      return
    }
    for (const [name, each] of Object.entries(value)) {
      const wanted = properties?.[name]
      if (wanted && checker(wanted).safeParse(each).success) onMember(name, each)
    }
  }

  return (piece) => {
    if (state === 'done') return
    text += piece
    if (state === 'before') {
      if (!begin()) return
      state = 'inside'
    }
    for (; at < text.length; at++) {
      const c = text[at]!
      if (escaped) escaped = false
      else if (inString) {
        if (c === '\\') escaped = true
        else if (c === '"') inString = false
      } else if (c === '"') inString = true
      else if (c === '{' || c === '[') depth++
      else if (depth > 0 && (c === '}' || c === ']')) depth--
      else if (depth === 0 && (c === ',' || c === '}')) {
        member(at)
        from = at + 1
        if (c === '}') {
          state = 'done'
          return
        }
      }
    }
  }
}

const checkers = new WeakMap<JsonObject, z.ZodType>()

function checker(schema: JsonObject): z.ZodType {
  const known = checkers.get(schema)
  if (known) return known
  const made = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0])
  checkers.set(schema, made)
  return made
}
