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

/** Names of a ticket type's custom fields that a model may fill: those that are texts. */
export function customNames(form: JsonValue | undefined): string[] {
  if (form === null || typeof form !== 'object' || Array.isArray(form)) return []
  const properties = form.properties
  if (properties === null || typeof properties !== 'object' || Array.isArray(properties)) return []
  return Object.entries(properties)
    .filter(([, p]) => p !== null && typeof p === 'object' && !Array.isArray(p) && p.type === 'string')
    .map(([name]) => name)
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
  properties.action = { type: 'string', enum: ['create', 'none', 'handover'] }
  const custom = customNames(customForm)
  if (custom.length > 0) {
    properties.custom = {
      type: 'object',
      properties: Object.fromEntries(custom.map((name) => [name, claim({ type: 'string' })])),
      required: custom,
      additionalProperties: false,
    }
  }
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false }
}
