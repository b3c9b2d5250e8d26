import { z } from 'zod'

/** The schema under `optional`, `default`, `nullable` and the like. */
function bare(schema: z.core.$ZodType): z.core.$ZodType {
  const { def } = schema._zod as { def: { type: string; innerType?: z.core.$ZodType; in?: z.core.$ZodType } }
  if (def.innerType) return bare(def.innerType)
  // A coercing or transforming pipe reads what its first part accepts.
  if (def.type === 'pipe' && def.in) return bare(def.in)
  return schema
}

/** The list that a member is, or may be beside a single value. */
function listOf(schema: z.core.$ZodType): z.ZodArray | undefined {
  if (schema instanceof z.ZodArray) return schema
  const options = schema instanceof z.ZodUnion ? (schema.options as z.core.$ZodType[]) : []
  return options.map(bare).find((each) => each instanceof z.ZodArray)
}

function read(schema: z.core.$ZodType, text: string): unknown {
  const inner = bare(schema)
  switch ((inner._zod.def as { type: string }).type) {
    case 'number':
      return text.trim() === '' ? text : Number(text)
    case 'boolean':
      return text === 'true' || text === '1' ? true : text === 'false' || text === '0' ? false : text
    case 'object':
    case 'record':
      return readJson(text)
    default:
      return text
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/**
 * The input of a query from its query string: numbers, booleans and lists by what the schema expects, objects as JSON. What does
 * not fit stays text, so that the schema says what is wrong. Unknown members are passed on.
 */
export function decodeQuery(
  schema: z.ZodType,
  query: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, unknown> {
  const inner = bare(schema)
  const shape = inner instanceof z.ZodObject ? (inner.shape as Record<string, z.core.$ZodType>) : {}
  const input: Record<string, unknown> = {}
  for (const [name, given] of Object.entries(query)) {
    const text = Array.isArray(given) ? given.at(-1) : given
    if (text === undefined || name === '__proto__') continue
    const member = Object.hasOwn(shape, name) ? shape[name] : undefined
    const expected = member && bare(member)
    const list = expected && listOf(expected)
    if (list) {
      input[name] = [given].flat().map((item) => read(list.element as z.core.$ZodType, item ?? ''))
    } else {
      input[name] = expected ? read(expected, text) : text
    }
  }
  return input
}
