import { z } from 'zod'
import type { Permission } from '../access/index.ts'
import { errors } from '../kernel/errors.ts'
import type { JsonObject, JsonValue } from '../kernel/json.ts'
import { type Operations, ownPassword, pathOf } from './operations.ts'
import { otherRoutes } from './other-routes.ts'

type Schemas = Record<string, JsonObject>

/** Writes a schema as JSON Schema; what refers to itself goes to the components under the operation's name. */
function write(schema: z.ZodType, io: 'input' | 'output', name: string, components: Schemas): JsonObject {
  const { $schema, $defs, ...body } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as JsonObject
  const nameOf = (key: string) => `${name}.${io}.${key.replace(/\W/g, '')}`
  const refersToItself = JSON.stringify([body, $defs ?? null]).includes('"$ref":"#"')
  const rename = (value: JsonValue): JsonValue => {
    if (Array.isArray(value)) return value.map(rename)
    if (value === null || typeof value !== 'object') return value
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => {
        if (key !== '$ref' || typeof member !== 'string') return [key, rename(member)]
        const target = member === '#' ? 'self' : member.replace('#/$defs/', '')
        return [key, `#/components/schemas/${nameOf(target)}`]
      }),
    )
  }
  for (const [key, definition] of Object.entries(($defs ?? {}) as JsonObject)) {
    components[nameOf(key)] = rename(definition) as JsonObject
  }
  if (!refersToItself) return rename(body) as JsonObject
  components[nameOf('self')] = rename(body) as JsonObject
  return { $ref: `#/components/schemas/${nameOf('self')}` }
}

function whoMay({ roles, scopes, also }: Permission): string {
  const parts = [
    roles.length > 0 && `Roles: ${[...new Set(['admin', ...roles])].join(', ')}.`,
    scopes?.length && `Token scopes: ${scopes.join(', ')}.`,
    also?.includes('link') && 'Customers by signed link.',
    also?.includes('card') && 'Engineers by card.',
  ]
  return parts.filter(Boolean).join(' ')
}

const answers = (schema: JsonObject): JsonObject => ({
  '200': { description: 'Done.', content: { 'application/json': { schema } } },
  default: { $ref: '#/components/responses/Refusal' },
})

/** The query string of a query: one parameter for each member of its input. */
function parametersOf(schema: JsonObject): JsonValue[] {
  const required = (schema.required ?? []) as string[]
  return Object.entries((schema.properties ?? {}) as Schemas).map(([name, member]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema: member,
  }))
}

const errorSchema = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message', 'messageZh', 'params', 'issues', 'requestId'],
      properties: {
        code: { type: 'string', enum: Object.keys(errors).sort() },
        message: { type: 'string', description: 'In the language of accept-language, English by default.' },
        messageZh: { type: 'string' },
        params: { type: 'object', additionalProperties: true },
        issues: {
          type: 'array',
          items: {
            type: 'object',
            required: ['path', 'message', 'messageZh'],
            properties: {
              path: { type: 'string' },
              message: { type: 'string' },
              messageZh: { type: 'string' },
            },
          },
        },
        requestId: { type: 'string' },
      },
    },
  },
} satisfies JsonObject

const securitySchemes = {
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'yitong',
    description:
      'Set by /api/session/signIn (`__Host-yitong` over https). Changes carry `x-csrf-token` besides.',
  },
  token: { type: 'http', scheme: 'bearer', description: 'A scoped token of the open API.' },
} satisfies JsonObject

function commandPath(command: Operations['commands'][number], components: Schemas): JsonObject {
  const { name, title, permission } = command
  const schema = write(command.input, 'input', name, components)
  return {
    operationId: name,
    'x-kind': 'command',
    tags: [name.split('.')[0]!],
    summary: title,
    description: whoMay(permission),
    requestBody: { required: true, content: { 'application/json': { schema } } },
    responses: answers(write(command.output, 'output', name, components)),
  }
}

function queryPath(query: Operations['queries'][number], components: Schemas): JsonObject {
  const { name, title, permission } = query
  return {
    operationId: name,
    'x-kind': 'query',
    tags: [name.split('.')[0]!],
    summary: title,
    description: whoMay(permission),
    parameters: parametersOf(write(query.input, 'input', name, components)),
    responses: answers(write(query.output, 'output', name, components)),
  }
}

/** The OpenAPI 3.1 document of this hub's API, from the schemas of its commands and queries. Stable: sorted by path. */
export function openApiDocument({ commands, queries }: Operations, version: string): JsonObject {
  const components: Schemas = { Refusal: errorSchema }
  const paths: Record<string, JsonObject> = {}
  for (const command of commands.filter(({ name }) => name !== ownPassword))
    paths[pathOf(command.name)] = { post: commandPath(command, components) }
  for (const query of queries) paths[pathOf(query.name)] = { get: queryPath(query, components) }
  for (const route of otherRoutes) {
    const { path, method, name, title, input, output, more } = route
    paths[path] = {
      ...paths[path],
      [method]: {
        operationId: name,
        tags: [name.split('.')[0]!],
        summary: title,
        ...(input && {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: write(input, 'input', name, components) } },
          },
        }),
        ...(output && { responses: answers(write(output, 'output', name, components)) }),
        ...more,
      },
    }
  }
  const sorted = <T extends JsonValue>(record: Record<string, T>) =>
    Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))
  return {
    openapi: '3.1.0',
    info: {
      title: 'Yitong 一通',
      version,
      description: 'Commands are POST with a JSON body, queries are GET with a query string.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ session: [] }, { token: [] }],
    paths: sorted(paths),
    components: {
      securitySchemes,
      schemas: sorted(components),
      responses: {
        Refusal: {
          description: 'Why not, and what to do; docs/errors.md explains each code.',
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Refusal' } } },
        },
      },
    },
  }
}
