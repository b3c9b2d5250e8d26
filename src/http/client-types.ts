import type { JsonObject, JsonValue } from '../kernel/json.ts'

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A type's name from a component's: `ticket.list.output.self` → `TicketListOutputSelf`. */
const typeName = (ref: string): string =>
  ref
    .replace('#/components/schemas/', '')
    .split('.')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('')

const union = (parts: readonly string[]): string => {
  const distinct = [...new Set(parts)]
  return distinct.includes('unknown')
    ? 'unknown'
    : distinct.length > 1
      ? `(${distinct.join(' | ')})`
      : distinct[0]!
}

function listType(schema: JsonObject): string {
  if (Array.isArray(schema.prefixItems)) return `[${schema.prefixItems.map(typeOf).join(', ')}]`
  return `${typeOf(schema.items)}[]`
}

function objectType(schema: JsonObject): string {
  const required = (schema.required ?? []) as JsonValue[]
  const properties = Object.entries((schema.properties ?? {}) as JsonObject)
  const { additionalProperties } = schema
  if (properties.length === 0) {
    const values = isObject(additionalProperties) ? typeOf(additionalProperties) : 'unknown'
    return additionalProperties === false ? 'Record<string, never>' : `{ [key: string]: ${values} }`
  }
  const members = properties.map(
    ([name, member]) =>
      `${/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name)}${required.includes(name) ? '' : '?'}: ${typeOf(member)}`,
  )
  return `{ ${members.join('; ')} }`
}

/** The TypeScript type of a JSON Schema (the parts that zod writes). */
export function typeOf(schema: JsonValue | undefined): string {
  if (!isObject(schema)) return 'unknown'
  if (typeof schema.$ref === 'string') return typeName(schema.$ref)
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (Array.isArray(schema.enum)) return union(schema.enum.map((value) => JSON.stringify(value)))
  const choices = schema.anyOf ?? schema.oneOf
  if (Array.isArray(choices)) return union(choices.map(typeOf))
  if (Array.isArray(schema.allOf)) return schema.allOf.map(typeOf).join(' & ')
  if (Array.isArray(schema.type)) return union(schema.type.map((type) => typeOf({ ...schema, type })))
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type
    case 'number':
    case 'integer':
      return 'number'
    case 'array':
      return listType(schema)
    case 'object':
      return objectType(schema)
    default:
      return 'unknown'
  }
}

function inputOf(operation: JsonObject): string {
  const { requestBody, parameters } = operation as { requestBody?: JsonObject; parameters?: JsonObject[] }
  if (requestBody) return typeOf(schemaOf(requestBody))
  const list = parameters ?? []
  return objectType({
    properties: Object.fromEntries(list.map((p) => [p.name as string, p.schema as JsonValue])),
    required: list.filter((p) => p.required).map((p) => p.name as string),
    additionalProperties: false,
  })
}

function schemaOf(holder: JsonObject): JsonValue | undefined {
  return (holder.content as Record<string, JsonObject> | undefined)?.['application/json']?.schema
}

/** JSON goes in, if anything does, and JSON comes out. */
function isByName({ requestBody, responses }: JsonObject): boolean {
  const answer = (responses as Record<string, JsonObject>)['200']
  const takesJson = !isObject(requestBody) || schemaOf(requestBody) !== undefined
  return takesJson && answer !== undefined && schemaOf(answer) !== undefined
}

/** The types of the pages' client, from the OpenAPI document: `Commands`, `Queries`, and the types they share. */
export function clientTypes(document: JsonObject): string {
  const lines: Record<'command' | 'query', string[]> = { command: [], query: [] }
  for (const path of Object.values(document.paths as Record<string, Record<string, JsonObject>>)) {
    for (const [method, operation] of Object.entries(path)) {
      const name = operation.operationId as string
      // Streams, uploads and vendors' own forms are not asked by name.
      if (!isByName(operation)) continue
      const kind =
        (operation['x-kind'] as 'command' | 'query' | undefined) ?? (method === 'get' ? 'query' : 'command')
      const ok = (operation.responses as Record<string, JsonObject>)['200']
      const output = ok ? typeOf(schemaOf(ok)) : 'unknown'
      lines[kind].push(
        `  /** ${operation.summary} */\n  '${name}': { input: ${inputOf(operation)}; output: ${output} }`,
      )
    }
  }
  const { schemas } = document.components as { schemas: JsonObject }
  const shared = Object.entries(schemas).map(
    ([name, schema]) => `export type ${typeName(name)} = ${typeOf(schema)}\n`,
  )
  return `// Written by \`npm run client\` from docs/openapi.json; not to be edited.

/** What can be told to the hub, by name. */
export interface Commands {
${lines.command.join('\n')}
}

/** What can be asked of the hub, by name. */
export interface Queries {
${lines.query.join('\n')}
}

${shared.join('\n')}`
}
