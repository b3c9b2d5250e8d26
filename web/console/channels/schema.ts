import type { Language } from '../../ui/language.ts'

/** Words in the languages of the pages. */
type Said = Readonly<Record<Language, string>>

/** The parts of JSON Schema that settings use. */
export interface Schema {
  readonly type?: string | readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly enum?: readonly string[]
  readonly items?: Schema
  readonly default?: unknown
  readonly anyOf?: readonly Schema[]
  /** What a person has to know to fill it in. */
  readonly hint?: Said
  /** What the values of `enum` mean. */
  readonly options?: Readonly<Record<string, Said>>
  /** Stored encrypted and never sent back. */
  readonly secret?: boolean
  /** Asked for first, although it has a default or may be left out; false: folded, although it is required. */
  readonly essential?: boolean
  /** Values of the setting `mode` in which it means something; in all when absent. */
  readonly modes?: readonly string[]
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

/** What decides whether a step of a guide is needed. */
interface StepFor {
  readonly modes: readonly string[]
  readonly presets: readonly string[]
}

/** The steps of a guide for an account in a mode, set up with a preset (`other` for none of them). */
export function stepsFor<S extends StepFor>(
  guide: readonly S[],
  mode: unknown,
  preset: string,
): readonly S[] {
  return guide.filter(
    ({ modes, presets }) =>
      (modes.length === 0 || modes.some((each) => each === mode)) &&
      (presets.length === 0 || presets.includes(preset)),
  )
}

/**
 * Which settings stand open and which are folded, by name: open is without what nobody can connect, and what a step names; beside
 * the steps (`guided`) what is only worth asking for is folded when they do not name it. What the hub puts in, and what means
 * nothing in this mode, is in neither.
 */
export function arrange(
  schema: Schema,
  steps: readonly { readonly fields: readonly string[] }[],
  mode: unknown,
  guided: boolean,
): { readonly open: readonly string[]; readonly folded: readonly string[] } {
  const named = new Set(steps.flatMap(({ fields }) => fields))
  const needed = (name: string, { essential }: Schema) =>
    essential !== false && (schema.required?.includes(name) ?? false)
  const isOpen = ([name, member]: readonly [string, Schema]) =>
    named.has(name) || (guided ? needed(name, member) : (member.essential ?? needed(name, member)))
  const members = Object.entries(schema.properties ?? {}).filter(
    ([, { supplied, modes }]) => !supplied && (!modes || modes.some((each) => each === mode)),
  )
  const names = (wanted: boolean) =>
    members.filter((member) => isOpen(member) === wanted).map(([name]) => name)
  return { open: names(true), folded: names(false) }
}

/** The first preset whose settings an account has, all of them; null when it has none's. */
export function presetOf(
  presets: readonly { readonly key: string; readonly config: Readonly<Record<string, unknown>> }[],
  config: Readonly<Record<string, unknown>>,
): string | null {
  return presets.find((preset) => holds(config, preset.config))?.key ?? null
}

function holds(whole: unknown, part: unknown): boolean {
  if (typeof part !== 'object' || part === null || Array.isArray(part))
    return JSON.stringify(whole) === JSON.stringify(part)
  if (typeof whole !== 'object' || whole === null) return false
  return Object.entries(part).every(([name, value]) =>
    holds((whole as Readonly<Record<string, unknown>>)[name], value),
  )
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
