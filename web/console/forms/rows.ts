/** Kinds of fields that a ticket type's form may have, as people choose them. */
export const fieldKinds = [
  'text',
  'choice',
  'choices',
  'number',
  'integer',
  'boolean',
  'date',
  'date-time',
] as const
export type FieldKind = (typeof fieldKinds)[number]

/** Kinds whose field has a list of choices. */
export const choosing: readonly FieldKind[] = ['choice', 'choices']

/** One field of a form as its boxes hold it; an empty box holds null, an empty text or nothing. */
export interface FieldRow {
  /** Its key in the stored values; made up when it is left empty. */
  readonly name?: string | null
  readonly zh: string
  /** The Chinese title when it is left empty. */
  readonly en?: string | null
  readonly aboutZh?: string | null
  readonly aboutEn?: string | null
  readonly kind: FieldKind
  readonly required?: boolean
  readonly choices?: readonly string[] | null
  /** Characters of a text, the value of a number, entries of a list. */
  readonly least?: number | null
  readonly most?: number | null
  readonly pattern?: string | null
}

/** A field that somebody begins. */
export const freshRow: FieldRow = { zh: '', kind: 'text', required: false }

type Json = Readonly<Record<string, unknown>>

/** What the least and the most of a kind are called in the schema; kinds that are not here have no limits. */
const limits: Readonly<Partial<Record<FieldKind, readonly [least: string, most: string]>>> = {
  text: ['minLength', 'maxLength'],
  number: ['minimum', 'maximum'],
  integer: ['minimum', 'maximum'],
  choices: ['minItems', 'maxItems'],
}

/** Whether a field of the kind has a least and a most. */
export const hasLimits = (kind: FieldKind): boolean => limits[kind] !== undefined

const isGiven = (value: unknown) => value !== null && value !== undefined && value !== ''

function schemaOf(row: FieldRow): Json {
  const choices = [...(row.choices ?? [])]
  switch (row.kind) {
    case 'text':
      return { type: 'string', ...(row.pattern ? { pattern: row.pattern } : {}) }
    case 'choice':
      return { type: 'string', enum: choices }
    case 'choices':
      return { type: 'array', items: { type: 'string', enum: choices } }
    case 'date':
    case 'date-time':
      return { type: 'string', format: row.kind }
    case 'number':
    case 'integer':
    case 'boolean':
      return { type: row.kind }
  }
}

function propertyOf(row: FieldRow): Json {
  const names = limits[row.kind] ?? []
  const bounds = [row.least, row.most].flatMap((value, i) =>
    names[i] && isGiven(value) ? [[names[i], value]] : [],
  )
  const both = (zh: string, en: string | null | undefined) => ({ zh, en: en || zh })
  const about = row.aboutZh || row.aboutEn
  return {
    ...schemaOf(row),
    title: both(row.zh, row.en),
    ...(about ? { description: both(row.aboutZh || about, row.aboutEn) } : {}),
    ...Object.fromEntries(bounds),
  }
}

/** A key out of English words: `Error code` is `error_code`. */
function keyOf(words: string): string {
  const key = words.toLowerCase().replace(/[^a-z0-9]+/g, '_')
  return key.replace(/^[^a-z]+|_+$/g, '').slice(0, 40)
}

/** The keys of the fields: those that were given, and for the others one that no other field has. */
function keysOf(rows: readonly FieldRow[]): string[] {
  const taken = new Set(rows.map(({ name }) => name).filter(isGiven))
  return rows.map((row) => {
    if (row.name) return row.name
    const stem = keyOf(row.en ?? '') || 'field'
    let key = stem
    for (let n = 2; taken.has(key); n += 1) key = `${stem.slice(0, 36)}_${n}`
    taken.add(key)
    return key
  })
}

/** The JSON Schema of a form, its fields in the order of the rows. */
export function formOf(rows: readonly FieldRow[]): Json {
  const keys = keysOf(rows)
  return {
    type: 'object',
    properties: Object.fromEntries(rows.map((row, i) => [keys[i], propertyOf(row)])),
    required: keys.filter((_, i) => rows[i]?.required),
  }
}

const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function kindOf({ type, enum: choices, format, items }: Json): FieldKind | null {
  if (type === 'array') return isJson(items) && Array.isArray(items.enum) ? 'choices' : null
  if (type === 'string') {
    if (choices !== undefined) return Array.isArray(choices) ? 'choice' : null
    return format === undefined ? 'text' : (fieldKinds.find((kind) => kind === format) ?? null)
  }
  return fieldKinds.find((kind) => kind === type) ?? null
}

function rowOf(name: string, property: unknown, required: boolean): FieldRow | null {
  if (!isJson(property)) return null
  const kind = kindOf(property)
  const { title, description } = property
  if (!kind || !isJson(title)) return null
  const [least, most] = limits[kind] ?? []
  const about = isJson(description) ? description : {}
  const choices = kind === 'choices' ? (property.items as Json).enum : property.enum
  const row = {
    ...{ name, zh: title.zh, en: title.en, kind, required },
    ...(isGiven(about.zh) ? { aboutZh: about.zh, aboutEn: about.en } : {}),
    ...(choosing.includes(kind) ? { choices } : {}),
    ...(least && isGiven(property[least]) ? { least: property[least] } : {}),
    ...(most && isGiven(property[most]) ? { most: property[most] } : {}),
    ...(kind === 'text' && isGiven(property.pattern) ? { pattern: property.pattern } : {}),
  }
  return row as FieldRow
}

/** The rows of a form; null where JSON says something that rows cannot show. */
export function rowsOf(form: unknown): FieldRow[] | null {
  if (!isJson(form) || !isJson(form.properties ?? {})) return null
  const required = Array.isArray(form.required) ? form.required : []
  const rows: FieldRow[] = []
  for (const [name, property] of Object.entries((form.properties ?? {}) as Json)) {
    const row = rowOf(name, property, required.includes(name))
    if (!row) return null
    rows.push(row)
  }
  return rows
}
