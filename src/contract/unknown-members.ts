import type { Fault } from './faults.ts'

/** What of a JSON Schema tells which members there are. */
export interface MemberSchema {
  readonly properties?: Readonly<Record<string, MemberSchema>>
  readonly additionalProperties?: MemberSchema | boolean
  readonly propertyNames?: { readonly enum?: readonly string[] }
  readonly items?: MemberSchema
  readonly anyOf?: readonly MemberSchema[]
  readonly oneOf?: readonly MemberSchema[]
  /** The hub puts it in itself. */
  readonly supplied?: boolean
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Members of an input that its schema does not have: one that is misspelt would be dropped without a word. What is stored already under
 * a name that is not known (any more) may come back with the rest.
 */
export function unknownMembers(
  schema: MemberSchema,
  value: unknown,
  stored?: unknown,
  at: readonly string[] = [],
): Fault[] {
  const ways = schema.anyOf ?? schema.oneOf
  if (ways) {
    const found = ways.map((way) => unknownMembers(way, value, stored, at))
    return found.toSorted((a, b) => a.length - b.length)[0] ?? []
  }
  const before = isObject(stored) || Array.isArray(stored) ? (stored as Record<string, unknown>) : {}
  const inside = (of: MemberSchema | undefined, name: string, member: unknown) =>
    of ? unknownMembers(of, member, before[name], [...at, name]) : []
  if (Array.isArray(value)) return value.flatMap((item, i) => inside(schema.items, String(i), item))
  if (!isObject(value)) return []
  const rest = isObject(schema.additionalProperties) ? schema.additionalProperties : undefined
  const isClosed = schema.properties !== undefined && !schema.additionalProperties
  const isKnown = (name: string) => {
    const own = schema.properties?.[name]
    if (own) return !own.supplied
    return !isClosed && (schema.propertyNames?.enum?.includes(name) ?? true)
  }
  const unknown = Object.keys(value).filter((name) => !isKnown(name) && !Object.hasOwn(before, name))
  const faults = Object.entries(value).flatMap(([name, member]) =>
    inside(schema.properties?.[name] ?? rest, name, member),
  )
  if (unknown.length === 0) return faults
  const message = `there is no such member: ${unknown.join(', ')}`
  return [{ path: at.join('.'), message, messageZh: `没有这样的内容：${unknown.join('、')}` }, ...faults]
}
