import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineCommand, defineQuery } from '../../../src/access/index.ts'
import { clientTypes, typeOf } from '../../../src/http/client-types.ts'
import { openApiDocument } from '../../../src/http/index.ts'
import { ok } from '../../../src/kernel/result.ts'

const file = defineCommand(
  {
    name: 'note.file',
    title: 'Files a note',
    permission: { roles: ['agent'], scopes: ['tickets:write'], also: ['link'] },
    input: z.object({ text: z.string().default(''), more: z.json() }),
    output: z.object({ id: z.uuid() }),
  },
  async () => ok({ value: { id: '' } }),
)
const list = defineQuery(
  {
    name: 'note.list',
    title: 'Lists notes',
    permission: { roles: ['agent'] },
    input: z.object({ limit: z.number().int(), state: z.enum(['open', 'done']).optional() }),
    output: z.array(z.object({ at: z.string().nullable() })),
  },
  async () => ok([]),
)
const document = openApiDocument({ commands: [file], queries: [list] }, '1.2.3')
const paths = document.paths as Record<string, Record<string, never>>

describe('the OpenAPI document', () => {
  it('describes commands with a body and queries with parameters, and who may use them', () => {
    expect(document).toMatchObject({ openapi: '3.1.0', info: { version: '1.2.3' } })
    expect(paths['/api/note/file']!.post).toMatchObject({
      operationId: 'note.file',
      summary: 'Files a note',
      description: 'Roles: admin, agent. Token scopes: tickets:write. Customers by signed link.',
    })
    expect(paths['/api/note/list']!.get).toMatchObject({
      parameters: [
        { name: 'limit', in: 'query', required: true, schema: { type: 'integer' } },
        { name: 'state', in: 'query', required: false },
      ],
    })
  })

  it('refers only to what it contains', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#([^"]+)"/g)].map((match) => match[1]!)
    expect(references.length).toBeGreaterThan(2)
    for (const reference of references) {
      const found = reference
        .split('/')
        .slice(1)
        .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], document)
      expect(found, reference).toBeDefined()
    }
  })

  it('does not depend on the order of the rooms', () => {
    const other = defineQuery({ ...list, name: 'alpha.list', audit: undefined }, async () => ok([]))
    const one = openApiDocument({ commands: [file], queries: [list, other] }, '1')
    const two = openApiDocument({ commands: [file], queries: [other, list] }, '1')
    expect(JSON.stringify(one)).toBe(JSON.stringify(two))
  })
})

describe("the types of the pages' client", () => {
  it('say what each command and query takes and gives', () => {
    const text = clientTypes(document)
    expect(text).toContain(`'note.list': { input: { limit: number; state?: ("open" | "done") };`)
    expect(text).toContain('output: { at: (string | null) }[] }')
    expect(text).toContain(`'note.file': { input: { text?: string; more: NoteFileInput__schema0 }`)
  })

  it('follow each form of a schema', () => {
    expect(typeOf({ const: 'a' })).toBe('"a"')
    expect(typeOf({ allOf: [{ type: 'string' }, { type: 'number' }] })).toBe('string & number')
    expect(typeOf({ type: ['string', 'null'] })).toBe('(string | null)')
    expect(typeOf({ type: 'array', prefixItems: [{ type: 'number' }, { type: 'boolean' }] })).toBe(
      '[number, boolean]',
    )
    expect(typeOf({ type: 'object', additionalProperties: { type: 'number' } })).toBe(
      '{ [key: string]: number }',
    )
    expect(typeOf({ type: 'object', properties: { 'a-b': {} }, required: ['a-b'] })).toBe(
      '{ "a-b": unknown }',
    )
    expect(typeOf({})).toBe('unknown')
  })

  it('never fail, whatever schema is found', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(typeof typeOf(value as never)).toBe('string')
      }),
    )
  })
})
