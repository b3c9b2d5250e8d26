import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { settings } from '../../../src/app/rooms.ts'
import { builtInTexts } from '../../../src/outbox/templates.ts'
import { policySchema } from '../../../src/router/policy.ts'
import {
  type Box,
  type BoxSchema,
  change,
  changed,
  defaultAt,
  issuesByBox,
  problemOf,
  schemaAt,
  unitOf,
  valueAt,
  withValue,
} from '../../../web/console/boxes/box.ts'
import { policyBoxes } from '../../../web/console/boxes/policy.ts'
import { settingBoxes } from '../../../web/console/boxes/settings.ts'
import { settingsWords } from '../../../web/console/words/access.ts'
import { boxNames, noticeNames } from '../../../web/console/words/boxes.ts'

const schemaOf = (schema: z.ZodType) =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as BoxSchema

/** Members that are one thing each: no object of named members any more. */
function leaves(schema: BoxSchema, path = ''): string[] {
  const there = schemaAt(schema, '')!
  if (!there.properties) return [path]
  return Object.entries(there.properties).flatMap(([name, member]) =>
    leaves(member, path === '' ? name : `${path}.${name}`),
  )
}

const fits: Readonly<Record<Box['kind'], (schema: BoxSchema) => boolean>> = {
  switch: ({ type }) => type === 'boolean',
  number: ({ type }) => type === 'integer' || type === 'number',
  duration: ({ type }) => type === 'integer',
  text: ({ type }) => type === 'string',
  zone: ({ type }) => type === 'string',
  choice: ({ type }) => type === 'string',
  choices: ({ type, items }) => type === 'array' && items?.type === 'string',
  order: ({ type, items }) => type === 'array' && items?.type === 'string',
  tags: ({ type, items }) => type === 'array' && items?.type === 'string',
  accounts: ({ type, items }) => type === 'array' && items?.type === 'string',
  texts: ({ type, additionalProperties }) => type === 'object' && typeof additionalProperties === 'object',
  table: ({ type, additionalProperties }) => type === 'object' && typeof additionalProperties === 'object',
  lists: ({ type, additionalProperties }) => type === 'object' && typeof additionalProperties === 'object',
  part: ({ type }) => type === 'object',
}

/** What a form lacks: members without a box, boxes without a member, of another kind, without a name or with other choices. */
function lacks(form: string, schema: BoxSchema, boxes: readonly Box[]): string[] {
  const paths = boxes.filter(({ kind }) => kind !== 'part').map(({ path }) => path)
  const named = (path: string) => (path === '' ? form : `${form}.${path}`)
  const wrong = boxes.filter((box) => !fits[box.kind](schemaAt(schema, box.path) ?? {}))
  const nameless = boxes
    .flatMap(({ path }) => [named(path), `${named(path)}.help`])
    .filter((key) => !(key in boxNames))
  const otherChoices = boxes.filter((box) => {
    if (!('words' in box)) return false
    const at = schemaAt(schema, box.path)
    const known = (at?.items ?? at)?.enum
    return known !== undefined && [...known].sort().join() !== Object.keys(box.words).sort().join()
  })
  return [
    ...leaves(schema)
      .filter((path) => !paths.includes(path))
      .map((path) => `${named(path)} has no box`),
    ...wrong.map(({ path, kind }) => `${named(path)} is no ${kind}`),
    ...nameless.map((key) => `${key} has no words`),
    ...otherChoices.map(({ path }) => `${named(path)} has other choices`),
  ]
}

describe('the boxes of settings', () => {
  it('ask for every member of every setting of the hub, each with a name and what it does', () => {
    expect(Object.keys(settingBoxes).sort()).toEqual(Object.keys(settings).sort())
    for (const [name, schema] of Object.entries(settings)) {
      expect(lacks(name, schemaOf(schema), settingBoxes[name]!)).toEqual([])
      expect(name in settingsWords, name).toBe(true)
    }
  })

  it('are missed when one is left out or of another kind', () => {
    const schema = schemaOf(settings.desk!)
    expect(lacks('desk', schema, [{ path: 'assignByItself', kind: 'duration' }])).toEqual([
      'desk.maxChats has no box',
      'desk.assignByItself is no duration',
    ])
  })

  it('ask for every member of the routing policy, with the choices that it has', () => {
    const boxes: readonly Box[] = Object.values(policyBoxes).flat()
    expect(lacks('policy', schemaOf(policySchema), boxes)).toEqual([])
    const without = boxes.filter(({ path }) => path !== 'engineers.slackKm.default')
    expect(lacks('policy', schemaOf(policySchema), without)).toEqual([
      'policy.engineers.slackKm.default has no box',
    ])
  })

  it('name every text that the hub says by itself', () => {
    expect(Object.keys(noticeNames).sort()).toEqual(Object.keys(builtInTexts).sort())
  })

  it('show the default of each member as its schema has it', () => {
    expect(defaultAt(schemaOf(settings.tickets!), 'autoCloseMs')).toBe(259_200_000)
    expect(defaultAt(schemaOf(settings['company.hotlines']!), '')).toEqual([])
    const whole: BoxSchema = { properties: { a: { properties: { b: {} } } }, default: { a: { b: 7 } } }
    expect(defaultAt(whole, 'a.b')).toBe(7)
  })
})

describe('changes of a form', () => {
  it('touch only the members that were changed, whatever else was stored meanwhile', () => {
    const changes = change({}, 'engineers.slackKm.default', 5)
    expect(changed({ name: 'b', engineers: { slackKm: { default: 10 }, statuses: [] } }, changes)).toEqual({
      name: 'b',
      engineers: { slackKm: { default: 5 }, statuses: [] },
    })
  })

  it('are replaced by a whole, and go on from it', () => {
    const whole = change(change({}, 'a', 1), '', { b: 2 })
    expect(changed({ c: 3 }, change(whole, 'a', 4))).toEqual({ b: 2, a: 4 })
  })

  it('of a part that is put in and left out again leave nothing of it behind', () => {
    const put = change(change({}, 'part', { a: 1, b: 2 }), 'part.a', 3)
    expect(changed({ part: null }, put)).toEqual({ part: { a: 3, b: 2 } })
    expect(changed({ part: null }, change(put, 'part', null))).toEqual({ part: null })
  })

  it('leave the value as it was, and read back what was written', () => {
    const value = { a: null, b: [1] }
    expect(valueAt(withValue(value, 'a.c', 1), 'a.c')).toBe(1)
    expect(value).toEqual({ a: null, b: [1] })
  })
})

describe('what the hub finds wrong', () => {
  const boxes: readonly Box[] = [
    { path: 'a', kind: 'duration' },
    { path: 'b', kind: 'part' },
    { path: 'b.c', kind: 'tags' },
  ]

  it('stands at the box that it is about, and else at the form', () => {
    const message = 'no'
    const found = issuesByBox(
      ['value.a', 'value.b.c.2', 'value.ab', 'value'].map((path) => ({ path, message })),
      boxes,
      'value',
    )
    expect([...found].map(([path, issues]) => [path, issues.map((each) => each.path)])).toEqual([
      ['a', ['a']],
      ['b.c', ['b.c.2']],
      [null, ['ab', '']],
    ])
  })

  it.each([
    ['offers', 'expiryMs', 1, { word: 'atLeast', n: 60_000 }],
    ['offers', 'expiryMs', null, { word: 'noNumber', n: 0 }],
    ['desk', 'maxChats', 51, { word: 'atMost', n: 50 }],
    ['desk', 'maxChats', 2.5, { word: 'noWhole', n: 0 }],
    ['desk', 'maxChats', 50, null],
    ['company.hotlines', '0', 'ab', { word: 'tooShort', n: 3 }],
    ['outbox', 'texts.ticket.zh', '', { word: 'empty', n: 1 }],
  ])('is said of %s %s %j', (name, path, value, problem) => {
    const schema = settings[name as keyof typeof settings]!
    expect(problemOf(schemaAt(schemaOf(schema), path), value)).toEqual(problem)
  })
})

describe('a length of time', () => {
  it.each([
    [259_200_000, 'day'],
    [5_400_000, 'minute'],
    [90_000, 'second'],
    [0, 'minute'],
    [null, 'minute'],
  ])('of %j ms is shown in the unit %s', (ms, unit) => {
    expect(unitOf(ms)).toBe(unit)
  })
})
