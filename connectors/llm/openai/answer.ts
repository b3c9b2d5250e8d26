import { z } from 'zod'
import type { JsonObject, JsonValue } from '../../../src/kernel/json.ts'

/** What is left of a model's text when reasoning and code fences are taken off. */
export function stripAnswer(text: string): string {
  let bare = text.replace(/<think>[\s\S]*?<\/think>/g, '').trim()
  const open = bare.indexOf('<think>')
  if (open >= 0) bare = bare.slice(0, open).trim()
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

const checkers = new WeakMap<JsonObject, z.ZodType>()

function checker(schema: JsonObject): z.ZodType {
  const known = checkers.get(schema)
  if (known) return known
  const made = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0])
  checkers.set(schema, made)
  return made
}
