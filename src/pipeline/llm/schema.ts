import type { Catalogue } from '../../contract/extraction.ts'
import { intents, sentiments, urgencies } from '../../contract/ticket.ts'
import type { JsonObject, JsonValue } from '../../kernel/json.ts'
import { defaultCategories } from '../rules/category-words.ts'

/** The fields that a model claims with a value of its own. */
export const claimed = [
  'contact_name',
  'phone',
  'province',
  'city',
  'district',
  'detail',
  'device_model',
  'serial_number',
  'order_number',
] as const

const quotes: JsonObject = {
  type: 'array',
  items: {
    type: 'object',
    properties: { turn: { type: 'integer' }, text: { type: 'string' } },
    required: ['turn', 'text'],
    additionalProperties: false,
  },
}

function claim(value: JsonObject): JsonObject {
  return {
    anyOf: [
      {
        type: 'object',
        properties: { value, quotes },
        required: ['value', 'quotes'],
        additionalProperties: false,
      },
      { type: 'null' },
    ],
  }
}

function orNull(schema: JsonObject): JsonObject {
  return { anyOf: [schema, { type: 'null' }] }
}

/** A custom field of a ticket's form that is read out of words: a text, one of a list of texts, a number, yes or no. */
export interface CustomField {
  readonly type: 'string' | 'number' | 'integer' | 'boolean'
  /** What people call it, both languages. */
  readonly title: string
  readonly choices: readonly string[] | null
}

const members = (value: JsonValue | undefined): { readonly [name: string]: JsonValue } =>
  value !== null && value !== undefined && typeof value === 'object' && !Array.isArray(value)
    ? (value as JsonObject)
    : {}

/** The custom fields of a ticket type's form that a model may fill, by name; with `yesNo` those too that it may not. */
export function customFieldsOf(form: JsonValue | undefined, yesNo = false): ReadonlyMap<string, CustomField> {
  const fields = new Map<string, CustomField>()
  for (const [name, property] of Object.entries(members(members(form).properties))) {
    const { type, title, enum: choices } = members(property)
    const isYesNo = yesNo && type === 'boolean'
    if (type !== 'string' && type !== 'number' && type !== 'integer' && !isYesNo) continue
    const words = Object.values(members(title)).filter((word) => typeof word === 'string')
    fields.set(name, {
      type: type as CustomField['type'],
      title: words.join(' / '),
      choices: Array.isArray(choices) ? choices.map(String) : null,
    })
  }
  return fields
}

/** The schema of a model's answer for this catalogue and this ticket form; every property required, absent values null. */
export function answerSchema(catalogue: Catalogue, customForm?: JsonValue): JsonObject {
  const categories = catalogue.categories.length > 0 ? catalogue.categories : defaultCategories
  const properties: Record<string, JsonValue> = {}
  for (const name of claimed) properties[name] = claim({ type: 'string' })
  properties.product_category = claim({ type: 'string', enum: categories.map((c) => c.name) })
  properties.appointment = orNull(quotes)
  properties.fault = quotes
  properties.summary = quotes
  properties.intent = claim({ type: 'string', enum: [...intents] })
  properties.urgency = claim({ type: 'string', enum: [...urgencies] })
  properties.sentiment = claim({ type: 'string', enum: [...sentiments] })
  properties.is_repeat_contact = claim({ type: 'boolean' })
  properties.action = claim({ type: 'string', enum: ['create', 'none', 'handover'] })
  const paths = (catalogue.tags ?? []).map((branch) => branch.path)
  if (paths.length > 0) properties.tags = tagsSchema(paths)
  const custom = customFieldsOf(customForm)
  if (custom.size > 0) {
    properties.custom = {
      type: 'object',
      properties: Object.fromEntries([...custom].map(([name, field]) => [name, customClaim(field)])),
      required: [...custom.keys()],
      additionalProperties: false,
    }
  }
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false }
}

/** What the conversation is about, by the branches of the tree. */
function tagsSchema(paths: readonly string[]): JsonObject {
  const items = {
    type: 'object',
    properties: { value: { type: 'string', enum: [...paths] }, quotes },
    required: ['value', 'quotes'],
    additionalProperties: false,
  }
  const description =
    "What the customer's case is about: the finest branches that fit, each with the customer's words that say so. Not what is denied, only asked about, or said by the agent."
  return { type: 'array', items, description }
}

function customClaim({ type, title, choices }: CustomField): JsonObject {
  const value = { type, ...(choices ? { enum: [...choices] } : {}) }
  return { ...claim(value), ...(title ? { description: title } : {}) }
}

/** The schema of an answer that says what changed: as `answerSchema`, and the names of what is taken back. */
export function changeSchema(catalogue: Catalogue, customForm?: JsonValue): JsonObject {
  // Labels are read of the whole, not of what changed.
  const { tags: _tags, ...rest } = catalogue
  const whole = answerSchema(rest, customForm)
  const names = [...Object.keys(members(whole.properties)), ...customFieldsOf(customForm).keys()].filter(
    (name) => name !== 'action' && name !== 'custom',
  )
  const withdrawn = { type: 'array', items: { type: 'string', enum: names } }
  return {
    ...whole,
    properties: { ...members(whole.properties), withdrawn },
    required: [...(whole.required as readonly string[]), 'withdrawn'],
  }
}
