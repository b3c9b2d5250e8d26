import { existsSync, readdirSync, readFileSync } from 'node:fs'
import type { ExtractionInput } from '../../contract/extraction.ts'
import type { JsonValue } from '../../kernel/json.ts'
import { type EvalCase, inputOf } from '../evaluate.ts'
import { questionOf } from '../llm/recorded.ts'
import { type Labelled, scoredClasses, scoredFields } from '../score.ts'

/** Where cases come from: shipped conversations, cases of the prompts with recorded answers, the hub's own corrected tickets. */
export const sets = ['dialogues', 'prompts', 'corrected'] as const
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
  readonly recorded?: JsonValue
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
const prompts = new URL('../../../prompts/', import.meta.url)

/** The cases that the hub ships of a set; none for corrected tickets. */
export function shippedCases(set: SetName): Case[] {
  if (set === 'dialogues') return casesOf(readFileSync(dialogues, 'utf8'))
  return set === 'prompts' ? readdirSync(prompts).sort().flatMap(promptCases) : []
}

function promptCases(name: string): Case[] {
  const folder = new URL(`${name}/`, prompts)
  const file = new URL('cases.jsonl', folder)
  if (!existsSync(file)) return []
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const item = JSON.parse(line) as LabelledLine
      const recording = recordingOf(folder, item)
      return {
        ...onlyNamed(labels(item)),
        set: 'prompts' as const,
        label: item.id,
        input: inputOf(item),
        ...(recording === undefined ? {} : { recorded: recording }),
      }
    })
}

function recordingOf(folder: URL, item: EvalCase): JsonValue | undefined {
  const file = new URL(`recorded/${item.id}.json`, folder)
  if (!existsSync(file)) return undefined
  const { question, answer } = JSON.parse(readFileSync(file, 'utf8')) as {
    question: string
    answer: JsonValue
  }
  return question === questionOf(item) ? answer : undefined
}

/** Labels that say nothing about fields that they do not name. */
export function onlyNamed(item: Labelled): Labelled {
  const fields = [...scoredFields.filter((name) => !name.startsWith('address.')), ...scoredClasses, 'address']
  const open = fields.filter((name) => !Object.hasOwn(item.expected, name))
  const accept = Object.fromEntries(open.map((name) => [name, ['*']]))
  return { ...item, accept: { ...accept, ...item.accept } }
}
