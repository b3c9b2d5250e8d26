import { readFileSync } from 'node:fs'
import type { ExtractionInput } from '../../contract/extraction.ts'
import type { LlmPort } from '../../contract/llm.ts'
import type { JsonValue } from '../../kernel/json.ts'
import { type EvalCase, inputOf } from '../evaluate.ts'
import { promptVersion } from '../llm/prompt.ts'
import { promptCases, recordedAnswers } from '../llm/recorded.ts'
import { type Labelled, scoredClasses, scoredFields } from '../score.ts'

/**
 * Where cases come from: shipped conversations, cases of the prompts with recorded answers, conversations that say fields of a form's
 * own, the hub's own corrected tickets.
 */
export const sets = ['dialogues', 'prompts', 'forms', 'corrected'] as const
export type SetName = (typeof sets)[number]

/** Who reads: the rules, the model alone, or both reconciled. */
export const engines = ['rules', 'llm', 'auto'] as const
export type EngineName = (typeof engines)[number]

/** A conversation with what should be read in it. */
export interface Case extends Labelled {
  readonly set: SetName
  /** What people know it by: a case's id, a ticket's number. */
  readonly label: string
  readonly input: ExtractionInput
  /** What a model answered to it once, when prompt, schema and case are still those of then. */
  readonly recorded?: LlmPort
  /** A model is asked with placeholders. */
  readonly pseudonyms?: boolean
}

/** A labelled line of a file. */
type LabelledLine = EvalCase & Labelled

/** The labelled cases of a file with a JSON object per line. Throws when a line is none. */
export function casesOf(text: string, set: SetName = 'dialogues'): Case[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const item = JSON.parse(line) as LabelledLine
      return { ...labels(item), set, label: item.id, input: inputOf(item) }
    })
}

function labels({ id, expected, accept, forbid }: LabelledLine): Labelled {
  return { id, expected, ...(accept ? { accept } : {}), ...(forbid ? { forbid } : {}) }
}

const dialogues = new URL('./data/dialogues.jsonl', import.meta.url)
const forms = new URL('./data/forms.jsonl', import.meta.url)
const form = new URL('./data/form.json', import.meta.url)

/** The cases that the hub ships of a set; none for corrected tickets. */
export function shippedCases(set: SetName): Case[] {
  if (set === 'dialogues') return casesOf(readFileSync(dialogues, 'utf8'))
  if (set === 'forms') return casesOfForms()
  return set === 'prompts' ? casesOfPrompt() : []
}

/** Their labels name fields by their titles; a hub reads them with its own forms, and the release with the one beside them. */
function casesOfForms(): Case[] {
  const customForm = JSON.parse(readFileSync(form, 'utf8')) as JsonValue
  return casesOf(readFileSync(forms, 'utf8'), 'forms').map((item) => ({
    ...item,
    ...onlyNamed(item),
    input: { ...item.input, customForm },
  }))
}

function casesOfPrompt(): Case[] {
  // A case that grows turn by turn has an answer for each turn; `npm test` plays those.
  return promptCases(promptVersion)
    .filter((item) => !item.growing)
    .map((item) => ({
      ...onlyNamed(labels(item as LabelledLine)),
      set: 'prompts' as const,
      label: item.id,
      input: { ...inputOf(item), ...(item.form ? { customForm: item.form } : {}) },
      recorded: recordedAnswers(promptVersion, item.id),
      pseudonyms: item.pseudonyms === true,
    }))
}

/** Labels that say nothing about fields that they do not name. */
export function onlyNamed(item: Labelled): Labelled {
  const fields = [...scoredFields.filter((name) => !name.startsWith('address.')), ...scoredClasses, 'address']
  const open = fields.filter((name) => !Object.hasOwn(item.expected, name))
  const accept = Object.fromEntries(open.map((name) => [name, ['*']]))
  return { ...item, accept: { ...accept, ...item.accept } }
}
