import { z } from 'zod'
import { both, type Fault, faultsOf, reasonOf } from '../contract/faults.ts'
import { intents, type TicketFields, urgencies } from '../contract/ticket.ts'
import { canonicalJson } from '../kernel/hash.ts'
import type { JsonObject, JsonValue } from '../kernel/json.ts'
import { ok, type Result, refuse } from '../kernel/result.ts'
import { maxPatternInput, patternFault } from './pattern.ts'
import { isFieldName } from './values.ts'

const words = z.strictObject({ zh: z.string().min(1).max(200), en: z.string().min(1).max(200) })
const count = z.number().int().min(0).max(100_000)
/** Said of a list in which something stands twice. */
const repeated = ['有一项重复了', 'an entry appears twice'] as const
const common = { title: words, description: words.optional() }
const choices = z
  .array(z.string().min(1).max(200))
  .min(1)
  .max(500)
  .refine((list) => new Set(list).size === list.length, both(...repeated))

const pattern = z.string().superRefine((text, context) => {
  const fault = patternFault(text)
  if (fault)
    context.addIssue({ code: 'custom', message: both('不是可以使用的正则表达式', `pattern: ${fault}`) })
})

const field = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('string'),
    ...common,
    enum: choices.optional(),
    format: z.enum(['date', 'date-time']).optional(),
    minLength: count.optional(),
    maxLength: count.optional(),
    pattern: pattern.optional(),
  }),
  z.strictObject({
    type: z.enum(['number', 'integer']),
    ...common,
    minimum: z.number().optional(),
    maximum: z.number().optional(),
  }),
  z.strictObject({ type: z.literal('boolean'), ...common }),
  z.strictObject({
    type: z.literal('array'),
    ...common,
    items: z.strictObject({ type: z.literal('string'), enum: choices }),
    minItems: count.optional(),
    maxItems: count.optional(),
  }),
])

const fieldName = z
  .string()
  .regex(
    /^[a-z][a-z0-9_]{0,39}$/,
    both('只用小写字母、数字和 _，以字母开头', 'lower-case letters, digits and _, beginning with a letter'),
  )
  .refine((name) => !isFieldName(name), both('这是标准字段', 'this is a standard field'))

const some = <T extends z.ZodType>(of: T) => z.array(of).max(50).default([])

/** The requests that a form is for; an empty list asks for nothing. */
const appliesTo = z
  .strictObject({
    intents: some(z.enum(intents)),
    urgencies: some(z.enum(urgencies)),
    categories: some(z.string().min(1).max(60)),
  })
  .refine(
    (all) => Object.values(all).some((list) => list.length > 0),
    both('没有写是哪种请求', 'names no request'),
  )

/**
 * Schema of a ticket type's form: a JSON Schema object whose members are text (also a choice, a date, a pattern), number,
 * yes/no, or a list of choices, each with a title in both languages. `required` must be filled before the ticket is resolved.
 */
export const formSchema = z
  .strictObject({
    type: z.literal('object'),
    properties: z
      .record(fieldName, field)
      .refine((fields) => Object.keys(fields).length <= 100, both('最多 100 个字段', 'at most 100 fields')),
    required: z.array(z.string()).max(100).default([]),
    /** The names in the order in which people see them: the database keeps none of an object's own. */
    order: z.array(z.string()).max(100).optional(),
    /** A ticket whose intent, urgency and category are all named here gets this type by itself. */
    appliesTo: appliesTo.optional(),
  })
  .refine((form) => form.required.every((name) => Object.hasOwn(form.properties, name)), {
    message: both('有一个字段不在表单里', 'names a field that the form does not have'),
    path: ['required'],
  })
export type Form = z.infer<typeof formSchema>
export type FormField = z.infer<typeof field>

/** A stored form as it is shown; as it stands where it cannot be read. */
export function shownForm(stored: unknown): JsonValue {
  const form = readForm(stored)
  return (form.ok ? form.value : stored) as JsonValue
}

/** A form without fields. */
export const emptyForm: Form = { type: 'object', properties: {}, required: [] }

/** What of a ticket decides which type it gets. */
export interface TypeFacts {
  readonly intent: TicketFields['intent']
  readonly urgency: TicketFields['urgency']
  readonly productCategory: string | null
}

/** How closely a form is made for a ticket: how many of its facts the form names; 0 when it is for other requests, or for any. */
export function closeness({ appliesTo: to }: Form, facts: TypeFacts): number {
  if (!to) return 0
  const asked: readonly (readonly [readonly string[], string | null])[] = [
    [to.intents, facts.intent],
    [to.urgencies, facts.urgency],
    [to.categories, facts.productCategory],
  ]
  const counting = asked.filter(([list]) => list.length > 0)
  const fits = counting.every(([list, fact]) => fact !== null && list.includes(fact))
  return fits ? counting.length : 0
}

/** The same with its fields in their order: those of `order` first, the others as they stand. */
function arranged(form: Form): Form {
  const names = [...new Set([...(form.order ?? []), ...Object.keys(form.properties)])]
  const order = names.filter((name) => Object.hasOwn(form.properties, name))
  const properties = Object.fromEntries(order.map((name) => [name, form.properties[name]!]))
  return { ...form, properties, order }
}

/**
 * Reads a form as the database holds it, its fields in the order of people. Refuses with `ticket.form_definition_invalid` and one
 * issue per fault.
 */
export function readForm(json: unknown): Result<Form> {
  const parsed = formSchema.safeParse(json)
  return parsed.success ? ok(arranged(parsed.data)) : wrong(faultsOf(parsed.error))
}

/** Reads a form as a person edited it. Refuses also limits that no value keeps, which may be stored from before they were. */
export function parseForm(json: unknown): Result<Form> {
  const form = readForm(json)
  if (!form.ok) return form
  const faults = Object.entries(form.value.properties).flatMap(([name, f]) => limitFault(name, f) ?? [])
  return faults.length === 0 ? form : wrong(faults)
}

const wrong = (issues: readonly Fault[]) => refuse('ticket.form_definition_invalid', reasonOf(issues), issues)

/** What is wrong with limits that leave nothing to enter: an empty value counts as none. */
function limitFault(name: string, f: FormField): Fault | null {
  const limits = limitsOn(f)
  if (!limits || limits.least <= limits.most) return null
  const { least, most, at, zh, en } = limits
  const member = at.find((limit) => Object.hasOwn(f, limit)) ?? 'type'
  return {
    path: `properties.${name}.${member}`,
    message: `asks for at least ${least}${en(least)} and allows at most ${most}${en(most)}, so nothing can be entered; change one of the limits`,
    messageZh: `要求至少 ${least}${zh}，却最多只能 ${most}${zh}，这样什么都填不了；请修改其中一个限制`,
  }
}

/** The least and the most that a field takes: of a text its characters, of a list its entries. */
function limitsOn(f: FormField) {
  switch (f.type) {
    case 'string':
      return {
        ...{ least: Math.max(1, f.minLength ?? 0), most: mostCharacters(f) },
        ...{ at: ['minLength', 'maxLength'], zh: ' 个字', en: plural(' character', ' characters') },
      }
    case 'number':
      return { ...range(f), at: ['minimum', 'maximum'], zh: '', en: plural('', '') }
    case 'integer': {
      const { least, most } = range(f)
      return {
        least: Math.ceil(least),
        most: Math.floor(most),
        at: ['minimum', 'maximum'],
        zh: '',
        en: plural('', ''),
      }
    }
    case 'array':
      return {
        least: Math.max(1, f.minItems ?? 0),
        most: Math.min(f.maxItems ?? f.items.enum.length, f.items.enum.length),
        ...{ at: ['minItems', 'maxItems'], zh: ' 项', en: plural(' entry', ' entries') },
      }
    case 'boolean':
      return null
  }
}

const plural = (one: string, many: string) => (n: number) => (n === 1 ? one : many)

function range(f: Extract<FormField, { type: 'number' | 'integer' }>) {
  return { least: f.minimum ?? Number.NEGATIVE_INFINITY, most: f.maximum ?? Number.POSITIVE_INFINITY }
}

const defaultMaxLength = 4000

/** The longest text that a field takes, characters; a pattern meets only a text that is short enough for it. */
function mostCharacters(f: Extract<FormField, { type: 'string' }>): number {
  return Math.min(f.maxLength ?? defaultMaxLength, f.pattern ? maxPatternInput : defaultMaxLength)
}

/** A text of so many characters (not UTF-16 units). */
function textSchema(f: Extract<FormField, { type: 'string' }>): z.ZodType<string> {
  const least = f.minLength ?? 0
  const most = mostCharacters(f)
  return z.string().superRefine((text, context) => {
    const size = [...text].length
    const of = { origin: 'string', inclusive: true, input: text } as const
    if (size < least) context.addIssue({ code: 'too_small', minimum: least, ...of })
    else if (size > most) context.addIssue({ code: 'too_big', maximum: most, ...of })
    else if (f.pattern && !new RegExp(f.pattern, 'u').test(text))
      context.addIssue({ code: 'custom', message: both('格式不对', 'has the wrong form') })
  })
}

/** What a value of the field has to be. */
function valueSchema(f: FormField): z.ZodType {
  switch (f.type) {
    case 'string':
      if (f.enum) return z.enum(f.enum)
      if (f.format) return f.format === 'date' ? z.iso.date() : z.iso.datetime({ offset: true })
      return textSchema(f)
    case 'number':
    case 'integer':
      return (f.type === 'integer' ? z.int() : z.number()).min(range(f).least).max(range(f).most)
    case 'boolean':
      return z.boolean()
    case 'array':
      return z
        .array(z.enum(f.items.enum))
        .min(f.minItems ?? 0)
        .max(f.maxItems ?? Number.POSITIVE_INFINITY)
        .refine((list) => new Set(list).size === list.length, both(...repeated))
  }
}

/** The first thing that is wrong with a value, in both languages. */
function faultOf(value: JsonValue, f: FormField): Omit<Fault, 'path'> | null {
  const { error } = valueSchema(f).safeParse(value)
  if (!error) return null
  const { message, messageZh } = faultsOf(error)[0]!
  return { message, messageZh }
}

const notInForm = { message: 'the form has no such field', messageZh: '表单里没有这一项' }

function trimmed(value: JsonValue): JsonValue {
  return typeof value === 'string' ? value.trim() : value
}

function isEmpty(value: JsonValue | undefined): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
}

function fieldOf(form: Form, name: string): FormField | undefined {
  return Object.hasOwn(form.properties, name) ? form.properties[name] : undefined
}

function titles(form: Form, names: readonly string[]) {
  const list = (lang: 'zh' | 'en') => names.map((name) => fieldOf(form, name)?.title[lang] ?? name)
  return { fieldsZh: list('zh').join('、'), fieldsEn: list('en').join(', ') }
}

/**
 * Checks values against a form: texts trimmed, empty values left out. Required fields may still be empty (see `missing`).
 * Refuses with `ticket.form_invalid` and one issue for each value that is not accepted.
 */
export function validate(form: Form, values: JsonObject): Result<JsonObject> {
  const kept: [string, JsonValue][] = []
  const issues: Fault[] = []
  for (const [name, given] of Object.entries(values)) {
    const value = trimmed(given)
    const f = fieldOf(form, name)
    const fault = f ? (isEmpty(value) ? null : faultOf(value, f)) : notInForm
    if (fault) issues.push({ path: name, ...fault })
    else if (!isEmpty(value)) kept.push([name, value])
  }
  if (issues.length === 0) return ok(Object.fromEntries(kept))
  return refuse(
    'ticket.form_invalid',
    titles(
      form,
      issues.map((i) => i.path),
    ),
    issues,
  )
}

/** Required fields that have no value yet, as the lifecycle's guard of `resolve` takes them. */
export function missing(form: Form, values: JsonObject): { name: string; zh: string; en: string }[] {
  return form.required
    .filter((name) => !Object.hasOwn(values, name) || isEmpty(trimmed(values[name]!)))
    .map((name) => ({ name, ...form.properties[name]!.title }))
}

/** One difference between two versions of a form. */
export interface FormChange {
  readonly name: string
  readonly what: 'added' | 'removed' | 'type' | 'choices' | 'limits' | 'required' | 'optional' | 'wording'
  /** True when values that the old version accepted may be refused by the new one, or are no longer shown. */
  readonly breaking: boolean
}

const choicesOf = (f: FormField) =>
  f.type === 'array' ? f.items.enum : f.type === 'string' ? f.enum : undefined

function limitsOf(f: FormField): JsonObject {
  const { title: _t, description: _d, type: _type, ...rest } = f
  const { enum: _e, items: _i, ...limits } = rest as JsonObject
  return limits
}

const same = (a: unknown, b: unknown) => canonicalJson(a) === canonicalJson(b)

function fieldChanges(name: string, a: FormField, b: FormField): FormChange[] {
  if (a.type !== b.type && !(a.type === 'integer' && b.type === 'number')) {
    return [{ name, what: 'type', breaking: true }]
  }
  const changes: FormChange[] = a.type === b.type ? [] : [{ name, what: 'type', breaking: false }]
  const [before, after] = [choicesOf(a), choicesOf(b)]
  if (!same(before ?? null, after ?? null)) {
    const lost = after !== undefined && (before === undefined || before.some((c) => !after.includes(c)))
    changes.push({ name, what: 'choices', breaking: lost })
  }
  if (!same(limitsOf(a), limitsOf(b))) changes.push({ name, what: 'limits', breaking: tightened(a, b) })
  const wording = same([a.title, a.description ?? null], [b.title, b.description ?? null])
  return wording ? changes : [...changes, { name, what: 'wording', breaking: false }]
}

// Limits that the new version has and the old one did not, or that lie further in.
function tightened(a: FormField, b: FormField): boolean {
  const [before, after] = [limitsOf(a), limitsOf(b)]
  return Object.keys(after).some((limit) => {
    const [x, y] = [before[limit], after[limit]]
    if (x === undefined || typeof x !== 'number' || typeof y !== 'number') return !same(x ?? null, y ?? null)
    return limit.startsWith('max') ? y < x : y > x
  })
}

/** What changed from one version of a form to the next, in the order of the new one, removed fields last. */
export function diff(from: Form, to: Form): FormChange[] {
  const changes: FormChange[] = []
  for (const [name, after] of Object.entries(to.properties)) {
    const before = fieldOf(from, name)
    if (before) changes.push(...fieldChanges(name, before, after))
    else changes.push({ name, what: 'added', breaking: false })
    const [was, is] = [from.required.includes(name), to.required.includes(name)]
    if (is && !was) changes.push({ name, what: 'required', breaking: true })
    if (was && !is) changes.push({ name, what: 'optional', breaking: false })
  }
  for (const name of Object.keys(from.properties)) {
    if (!fieldOf(to, name)) changes.push({ name, what: 'removed', breaking: true })
  }
  return changes
}
