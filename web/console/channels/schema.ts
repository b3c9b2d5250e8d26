/** The parts of JSON Schema that settings use. */
export interface Schema {
  readonly type?: string | readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly enum?: readonly string[]
  readonly items?: Schema
  readonly default?: unknown
  readonly anyOf?: readonly Schema[]
  readonly description?: string
  /** Stored encrypted and never sent back. */
  readonly secret?: boolean
  /** Asked for first, although it has a default or may be left out. */
  readonly essential?: boolean
  /** Put in by the hub; not a person's setting. */
  readonly supplied?: boolean
}

/** What a settings form must be able to draw. */
export type SettingKind =
  | 'text'
  | 'secret'
  | 'number'
  | 'boolean'
  | 'choice'
  | 'lines'
  | 'secret-lines'
  | 'group'
  | 'json'

/** Which box a setting gets. */
export function settingKind(schema: Schema): SettingKind {
  const plain = schema.anyOf?.find((each) => each.type !== 'null')
  if (plain) return settingKind({ ...plain, secret: schema.secret })
  const type = typeof schema.type === 'string' ? schema.type : schema.type?.find((each) => each !== 'null')
  if (schema.enum) return 'choice'
  if (type === 'array')
    return schema.items?.type === 'string' ? (schema.secret ? 'secret-lines' : 'lines') : 'json'
  if (type === 'object') return schema.properties ? 'group' : 'json'
  if (type === 'integer' || type === 'number') return 'number'
  if (type === 'boolean') return 'boolean'
  return schema.secret ? 'secret' : 'text'
}

/** The defaults of a schema as a form's first values. */
export function defaults(schema: Schema): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const [name, member] of Object.entries(schema.properties ?? {})) {
    if (member.supplied) continue
    // A group may be left out as a whole; its members have their own defaults all the same.
    if (settingKind(member) === 'group')
      values[name] = { ...defaults(member), ...(member.default as Record<string, unknown> | undefined) }
    else if (member.default !== undefined) values[name] = member.default
  }
  return values
}

/** Without this nobody can connect; the rest has defaults. */
export function isEssential(name: string, required: readonly string[], member?: Schema): boolean {
  return required.includes(name) || name === 'password' || name === 'name' || member?.essential === true
}

/** What is sent: empty boxes are left out, so that the hub's own defaults and stored secrets stand. */
export function cleaned(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value === null || value === '') continue
    if (typeof value === 'object' && !Array.isArray(value))
      out[name] = cleaned(value as Record<string, unknown>)
    else out[name] = value
  }
  return out
}

/** Two settings on top of each other; the second wins, member by member. */
export function combine(
  base: Readonly<Record<string, unknown>>,
  over: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const out: Record<string, unknown> = { ...base }
  for (const [name, value] of Object.entries(over)) {
    const before = out[name]
    const both = [before, value].every(
      (each) => typeof each === 'object' && each !== null && !Array.isArray(each),
    )
    out[name] = both ? combine(before as Record<string, unknown>, value as Record<string, unknown>) : value
  }
  return out
}
