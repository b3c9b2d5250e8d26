import { z } from 'zod'
import type { Catalogue } from '../../contract/extraction.ts'
import type { LlmPort } from '../../contract/llm.ts'
import { names, text } from '../../contract/text.ts'
import type { JsonValue } from '../../kernel/json.ts'
import type { Reader } from '../../store/index.ts'
import type { Calibration } from '../confidence/map.ts'
import type { ModelEngine } from '../extract.ts'
import { promptVersion, withInstructions } from '../llm/prompt.ts'
import { defaultCategories } from '../rules/category-words.ts'

/** What an administrator may change of the extraction. */
export const kinds = ['words', 'prompt', 'classifier', 'confidence', 'form'] as const
export type VersionKind = (typeof kinds)[number]

/** Words that customers use for categories and models, besides those of the catalogue. */
export const wordsSchema = z.object({
  categories: z.array(z.object({ name: text(80), aliases: names() })).max(200),
  models: z
    .array(z.object({ model: text(80), aliases: names() }))
    .max(2000)
    .default([]),
})
export type WordList = z.infer<typeof wordsSchema>

/** The instructions of the model engine. */
export const promptSchema = z.object({ text: z.string().trim().min(50).max(20_000) })

/** A trained classifier. `examples` counts what it learned from. */
export interface ClassifierBody {
  readonly seed: number
  readonly weights: string
  readonly examples: { readonly coldStart: number; readonly corrected: number }
}

/** What a hub's own corrected tickets say of confidence. */
export interface ConfidenceBody {
  readonly calibration: Calibration
  /** What it was learned from. */
  readonly learned: { readonly tickets: number; readonly values: number }
  /** Expected calibration error on those tickets, of what was published before and of this map where it had not seen them. */
  readonly error: { readonly before: number; readonly after: number }
}

/** A changed form of a kind of ticket; publishing it makes it the kind's next version. */
export const formDraftSchema = z.object({
  typeId: z.uuid(),
  /** The version of the form that was changed: a draft of an older one is not published. */
  formVersion: z.int().min(1),
  form: z.json(),
})
export type FormBody = z.infer<typeof formDraftSchema> & {
  /** The form that it took the place of. */
  readonly replaced?: JsonValue
}

/** The name of the setting that holds what is published of a kind. */
export const settingOf = (kind: VersionKind) => `extraction.${kind}`

interface Numbered {
  readonly id: string
  readonly number: number
}

/** What the pipeline reads with at the moment; null: what the release ships. */
export interface Published {
  readonly words: (Numbered & WordList) | null
  readonly prompt: (Numbered & { readonly text: string }) | null
  readonly classifier: (Numbered & ClassifierBody) | null
  readonly confidence: (Numbered & ConfidenceBody) | null
}

/** Reads what is published. */
export async function readPublished(db: Reader): Promise<Published> {
  const rows = await db
    .selectFrom('setting')
    .select(['name', 'value'])
    .where('name', 'in', kinds.map(settingOf))
    .execute()
  const of = <K extends keyof Published>(kind: K) =>
    (rows.find((row) => row.name === settingOf(kind))?.value ?? null) as Published[K]
  return {
    words: of('words'),
    prompt: of('prompt'),
    classifier: of('classifier'),
    confidence: of('confidence'),
  }
}

/** A catalogue with more words. A word that another category has already stays there; unknown categories are left out. */
export function withWords(catalogue: Catalogue, words: WordList | null): Catalogue {
  if (!words) return catalogue
  const categories = catalogue.categories.length > 0 ? catalogue.categories : defaultCategories
  const taken = new Set(categories.flatMap(({ name, aliases }) => [name, ...aliases]).map(lower))
  const added = (list: readonly { readonly aliases: readonly string[] }[]) =>
    list.flatMap(({ aliases }) => aliases).filter((word) => !taken.has(lower(word)))
  return {
    ...catalogue,
    categories: categories.map((category) => {
      const more = added(words.categories.filter(({ name }) => name === category.name))
      return more.length === 0 ? category : { ...category, aliases: [...category.aliases, ...more] }
    }),
    models: catalogue.models.map((model) => {
      const more = added(words.models.filter((each) => each.model === model.model))
      return more.length === 0 ? model : { ...model, aliases: [...model.aliases, ...more] }
    }),
  }
}

const lower = (word: string) => word.toLowerCase()

/** A model that is asked with the published prompt, whatever the engine's own is. */
export function withPublishedPrompt(llm: LlmPort, prompt: () => Promise<Published['prompt']>): LlmPort {
  return {
    model: llm.model,
    async complete(request) {
      const published = await prompt()
      const system = published ? withInstructions(request.system, published.text) : request.system
      return await llm.complete({ ...request, system })
    },
  }
}

/** The engine's fields with the number of the published prompt behind the release's, e.g. `extract-ticket/v1+3`. */
export function numbered(engine: ModelEngine, prompt: () => Promise<Published['prompt']>): ModelEngine {
  return async (input, signal, byRules) => {
    const [published, extraction] = await Promise.all([prompt(), engine(input, signal, byRules)])
    if (!published || !extraction) return extraction
    const fields = Object.fromEntries(
      Object.entries(extraction.fields).map(([name, field]) => [
        name,
        field.promptVersion === promptVersion
          ? { ...field, promptVersion: `${promptVersion}+${published.number}` }
          : field,
      ]),
    )
    return { ...extraction, fields: fields as typeof extraction.fields }
  }
}
