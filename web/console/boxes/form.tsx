import { Button, Switch } from 'antd'
import { type ReactNode, useEffect, useId, useRef, useState } from 'react'
import type { Issue } from '../../ui/api.ts'
import { useLabelled, useWords } from '../../ui/language.ts'
import { JsonEditor, jsonProblem } from '../parts/json-editor.tsx'
import { boxNames, boxWords, noticeNames, problemWords, unitWords } from '../words/boxes.ts'
import { commonWords } from '../words/terms.ts'
import {
  type Box,
  type BoxSchema,
  type Changes,
  change,
  changed,
  defaultAt,
  issuesByBox,
  problemOf,
  schemaAt,
  unitOf,
  units,
  valueAt,
} from './box.ts'
import { useChanges } from './changes.ts'
import { BoxInput } from './input.tsx'

/** Boxes below a heading of their own. */
export interface Section {
  readonly title?: string
  readonly boxes: readonly Box[]
}

/** A value that an administrator edits: what holds now, what it may be, and how it is stored. */
export interface Edited {
  /** Names the form in the dictionary of boxes and where its changes are kept. */
  readonly name: string
  readonly title: string
  readonly value: unknown
  readonly schema: BoxSchema
  readonly stored: boolean
  readonly sections: readonly Section[]
  /** What the hub puts before the paths of its issues. */
  readonly issuesAt: string
  /** Stores a value, or the default by null; false when the hub refused. */
  readonly save: (value: unknown, quiet?: boolean) => Promise<boolean>
  readonly busy: boolean
  readonly issues: readonly Issue[] | undefined
  readonly mayEdit: boolean
}

/** So many of a unit in words. */
function useCounted() {
  const u = useWords(unitWords)
  return (n: number, unit: keyof typeof unitWords) => `${n} ${u(unit, { n })}`
}

/** A time in words, in its largest whole unit. */
function useDuration() {
  const counted = useCounted()
  return (ms: number) => counted(ms / units[unitOf(ms)], unitOf(ms))
}

/** A default in words; null where there is nothing to say. */
function useDefaultText(box: Box, value: unknown): string | null {
  const t = useWords(boxWords)
  const counted = useCounted()
  const duration = useDuration()
  const word = useWords('words' in box ? box.words : {})
  if (box.kind === 'duration' && typeof value === 'number') return duration(value)
  if (box.kind === 'number' && typeof value === 'number') return counted(value, box.unit)
  if (box.kind === 'switch') return t(value ? 'on' : 'off')
  if (typeof value === 'string') return box.kind === 'choice' ? word(value) : value
  if ((box.kind === 'choices' || box.kind === 'order') && Array.isArray(value) && value.length > 0)
    return value.map((each) => word(each)).join(box.kind === 'order' ? ' › ' : ' · ')
  return null
}

/** What is wrong with a box, as sentences. */
function useProblems(box: Box, schema: BoxSchema, value: unknown, issues: readonly Issue[]): string[] {
  const t = useWords(problemWords)
  const notice = useWords(noticeNames)
  const duration = useDuration()
  return issues.map((issue) => {
    const at = issue.path
    const inside = box.path === '' ? at : at.slice(box.path.length + 1)
    const member = inside === '' ? value : valueAt(value, inside)
    if (box.kind === 'texts') {
      // Names of texts have dots; the only thing that can be wrong with one is that it is empty.
      const name = inside.replace(/\.(zh|en)$/, '')
      const item = name in noticeNames ? notice(name as keyof typeof noticeNames) : name
      return t('inItem', { item, problem: t('empty') })
    }
    const found = problemOf(schemaAt(schema, at), member)
    const said = found
      ? t(found.word, { n: box.kind === 'duration' ? duration(found.n) : found.n })
      : box.kind === 'zone'
        ? t('noZone')
        : issue.message
    return inside !== '' && typeof member === 'string' && member !== ''
      ? t('inItem', { item: member, problem: said })
      : said
  })
}

function BoxRow({
  form,
  box,
  schema,
  value,
  issues,
  write,
  disabled,
}: {
  form: string
  box: Box
  schema: BoxSchema
  value: unknown
  issues: readonly Issue[]
  write: (path: string, value: unknown) => void
  disabled: boolean
}) {
  const t = useWords(boxWords)
  const named = useWords(boxNames)
  const id = useId()
  const key = (box.path === '' ? form : `${form}.${box.path}`) as keyof typeof boxNames
  const byDefault = defaultAt(schema, box.path)
  const defaultText = useDefaultText(box, byDefault)
  const problems = useProblems(box, schema, value, issues)
  const shown = value === undefined ? byDefault : value
  const isGroup = ['choices', 'order', 'lists', 'texts', 'table'].includes(box.kind)
  const name = isGroup ? (
    <span className="box-name" id={`${id}-name`}>
      {named(key)}
    </span>
  ) : (
    <label className="box-name" id={`${id}-name`} htmlFor={id}>
      {named(key)}
    </label>
  )
  return (
    <div className="box" data-path={box.path}>
      {name}
      <div className="box-body">
        {box.kind === 'part' ? (
          <Switch
            id={id}
            aria-describedby={`${id}-help`}
            disabled={disabled}
            value={shown !== null}
            onChange={(on) => write(box.path, on ? byDefault : null)}
          />
        ) : (
          <BoxInput
            box={box}
            id={id}
            value={shown}
            onChange={(next) => write(box.path, next)}
            disabled={disabled}
            aria-describedby={`${id}-help ${id}-problem`}
            aria-invalid={problems.length > 0}
          />
        )}
        <div id={`${id}-problem`}>
          {problems.map((problem) => (
            <p key={problem} className="step-bad">
              {problem}
            </p>
          ))}
        </div>
        <p id={`${id}-help`} className="field-hint">
          {named(`${key}.help` as keyof typeof boxNames)}{' '}
          {defaultText !== null && t('byDefault', { value: defaultText })}
        </p>
      </div>
    </div>
  )
}

/** Whether a box is there: not below a part that is left out. */
function isThere(box: Box, boxes: readonly Box[], value: unknown): boolean {
  return boxes.every(
    (each) =>
      each.kind !== 'part' || !box.path.startsWith(`${each.path}.`) || valueAt(value, each.path) !== null,
  )
}

function Actions({
  edited,
  changes,
  setChanges,
  save,
}: {
  edited: Edited
  changes: Changes
  setChanges: (changes: Changes) => void
  save: () => void
}) {
  const t = useWords(boxWords)
  const c = useWords(commonWords)
  // What was stored and what was changed before the default came back.
  const [before, setBefore] = useState<{ readonly value: unknown; readonly changes: Changes } | null>(null)
  const isDirty = Object.keys(changes).length > 0
  const restore = async () => {
    const { value } = edited
    if (!(await edited.save(null, true))) return
    setChanges({})
    setBefore({ value, changes })
  }
  const undo = async () => {
    if (!before || !(await edited.save(before.value))) return
    setChanges(before.changes)
    setBefore(null)
  }
  return (
    <div className="row-actions box-actions">
      <Button type="primary" loading={edited.busy} disabled={!isDirty} onClick={save}>
        {c('save')}
      </Button>
      {isDirty && <Button onClick={() => setChanges({})}>{t('discard')}</Button>}
      {edited.stored && <Button onClick={() => void restore()}>{t('restore')}</Button>}
      <span role="status">
        {before && !edited.stored && (
          <>
            {t('restored')}{' '}
            <Button type="link" size="small" onClick={() => void undo()}>
              {c('undo')}
            </Button>
          </>
        )}
      </span>
    </div>
  )
}

/** A value as boxes, or as JSON for whoever prefers it. What is wrong stands at its box; nothing typed is lost by a refusal. */
export function BoxForm({ children, ...edited }: Edited & { children?: ReactNode }) {
  const { name, title, schema, sections, mayEdit } = edited
  const t = useWords(boxWords)
  const labelled = useLabelled()
  const [changes, setChanges] = useChanges(name)
  const [asJson, setAsJson] = useState(false)
  const [issues, setIssues] = useState<readonly Issue[]>([])
  const panel = useRef<HTMLElement>(null)
  const id = useId()
  const value = changed(edited.value, changes)
  const boxes = sections.flatMap((section) => section.boxes)
  const byBox = issuesByBox(issues, boxes, edited.issuesAt)
  const isDirty = Object.keys(changes).length > 0

  useEffect(() => setIssues(edited.issues ?? []), [edited.issues])
  useEffect(() => {
    if (issues.length > 0) panel.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus()
  }, [issues])

  const write = (path: string, next: unknown) => {
    // What is being put right is no longer wrong until the hub says so again.
    if (byBox.has(path))
      setIssues(issues.filter((issue) => !issuesByBox([issue], boxes, edited.issuesAt).has(path)))
    setChanges(change(changes, path, next))
  }
  // A text that is no JSON is neither sent nor left.
  const isReadable = jsonProblem(value) === null
  const findWrong = () => panel.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus()
  const save = async () => {
    if (!isReadable) findWrong()
    else if (await edited.save(value)) setChanges({})
  }
  const shownAsLines = asJson ? issues : (byBox.get(null) ?? [])
  return (
    <section ref={panel} className="panel" aria-labelledby={`${id}-title`}>
      <header className="section-head">
        <h2 id={`${id}-title`}>{title}</h2>
        <span className="quiet">{t(isDirty ? 'unsaved' : edited.stored ? 'stored' : 'isDefault')}</span>
        <label className="box-json" htmlFor={`${id}-json`}>
          <Switch
            id={`${id}-json`}
            size="small"
            value={asJson}
            onChange={(next) => (isReadable ? setAsJson(next) : findWrong())}
          />
          {t('asJson')}
        </label>
      </header>
      {children}
      {asJson ? (
        <JsonEditor
          value={value}
          onChange={(next) => mayEdit && setChanges(change(changes, '', next))}
          rows={16}
          label={title}
        />
      ) : (
        sections.map((section) => (
          <div key={section.title ?? ''} className="boxes">
            {section.title && <h3>{section.title}</h3>}
            {section.boxes
              .filter((box) => isThere(box, boxes, value))
              .map((box) => (
                <BoxRow
                  key={box.path}
                  form={name}
                  box={box}
                  schema={schema}
                  value={valueAt(value, box.path)}
                  issues={byBox.get(box.path) ?? []}
                  write={write}
                  disabled={!mayEdit}
                />
              ))}
          </div>
        ))
      )}
      {shownAsLines.map((issue) => (
        <p key={issue.path} className="step-bad">
          {labelled(issue.path, issue.message)}
        </p>
      ))}
      {mayEdit && (
        <Actions edited={edited} changes={changes} setChanges={setChanges} save={() => void save()} />
      )}
    </section>
  )
}
