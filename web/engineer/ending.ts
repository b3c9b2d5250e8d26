import { el } from '../customer/dom.ts'
import { lang } from '../customer/words.ts'
import type { EndingField, Job } from './api.ts'
import { t } from './words.ts'

/** A value of the form's, as it is sent. */
export type FieldValue = string | number | boolean | readonly string[]

interface Asked {
  readonly elements: readonly HTMLElement[]
  /** Undefined while nothing was entered. */
  read(): FieldValue | undefined
  focus(): void
}

const picked = (select: HTMLSelectElement): string[] => [...select.selectedOptions].map(({ value }) => value)

function chooser(field: EndingField, id: string): Asked {
  const many = field.kind === 'choices'
  const texts =
    field.kind === 'boolean'
      ? [
          ['true', t('yes')],
          ['false', t('no')],
        ]
      : field.choices.map((choice) => [choice, choice])
  const select = el(
    'select',
    { id, multiple: many },
    many ? null : el('option', { value: '' }, ''),
    ...texts.map(([value, text]) => el('option', { value: value! }, text)),
  )
  return {
    elements: [select],
    focus: () => select.focus(),
    read() {
      const values = picked(select).filter((value) => value !== '')
      if (values.length === 0) return undefined
      if (many) return values
      return field.kind === 'boolean' ? values[0] === 'true' : values[0]
    },
  }
}

const inputTypes: Partial<Record<EndingField['kind'], string>> = {
  date: 'date',
  'date-time': 'datetime-local',
  number: 'number',
  integer: 'number',
}

function line(field: EndingField, id: string): Asked {
  const input = el('input', { id, type: inputTypes[field.kind] ?? 'text', step: 'any' })
  return {
    elements: [input],
    focus: () => input.focus(),
    read() {
      const text = input.value.trim()
      if (text === '') return undefined
      if (field.kind === 'date-time') return new Date(text).toISOString()
      return inputTypes[field.kind] === 'number' ? Number(text) : text
    },
  }
}

function asked(field: EndingField): Asked {
  const id = `end-${field.name}`
  const control = ['choice', 'choices', 'boolean'].includes(field.kind) ? chooser(field, id) : line(field, id)
  const label = el('label', { for: id }, t('endField', { title: field.title[lang] }))
  return { ...control, elements: [label, ...control.elements] }
}

/** The boxes for what the ticket's form still wants before the work is over. */
export function endingBoxes(job: Job) {
  const boxes = job.ending.fields.map((field) => ({ field, box: asked(field) }))
  return {
    elements: boxes.flatMap(({ box }) => box.elements),
    /** The first that nothing was entered in, by its title; focuses it. */
    empty(): string | null {
      const found = boxes.find(({ box }) => box.read() === undefined)
      found?.box.focus()
      return found ? found.field.title[lang] : null
    },
    values: (): Readonly<Record<string, FieldValue>> =>
      Object.fromEntries(boxes.map(({ field, box }) => [field.name, box.read()!])),
  }
}
