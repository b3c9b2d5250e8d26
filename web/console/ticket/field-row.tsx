import { Button, Tooltip } from 'antd'
import { Icon, type IconName } from '../../ui/icons.tsx'
import { useWords } from '../../ui/language.ts'
import type { Evidence, FormProperty, ReadValue, TicketField } from '../data/ticket.ts'
import type { Urgency } from '../data/tickets.ts'
import { Key } from '../parts/field.tsx'
import { UrgencyMark } from '../parts/marks.tsx'
import { callWords } from '../words/call.ts'
import { ticketWords } from '../words/ticket.ts'
import { Conflict } from './conflict.tsx'
import type { Edit } from './editing.ts'
import { FieldEditor } from './field-editor.tsx'
import { valueText } from './field-text.ts'
import { clock, hear, heardIn } from './hearing.ts'
import { dark, litBy, useLit } from './lit.ts'

/** `missing`: required and empty; `confirm`: read with little confidence; `sure`: accepted. */
export type RowState = 'missing' | 'empty' | 'confirm' | 'sure'

interface RowProps {
  readonly name: string
  readonly label: string
  readonly field: TicketField | undefined
  readonly property: FormProperty | undefined
  readonly state: RowState
  readonly editing: Edit | undefined
  readonly edit: () => void
  readonly cancel: () => void
  readonly save: (value: unknown, from: unknown) => Promise<boolean>
  readonly confirm: () => void
  readonly settle: (accept: boolean) => void
}

const methodIcons: Readonly<Record<ReadValue['method'], IconName>> = {
  rules: 'chat',
  llm: 'bulb',
  form: 'form',
  record: 'device',
  human: 'user',
}
const methodWords = {
  rules: 'methodRules',
  llm: 'methodLlm',
  form: 'methodForm',
  record: 'methodRecord',
  human: 'methodHuman',
} as const

function sourceWord(evidence: readonly Evidence[]): keyof typeof ticketWords {
  const kind = evidence[0]?.kind
  if (kind === 'form') return 'fromForm'
  if (kind === 'record') return 'fromRecord'
  if (kind === 'human') return 'fromHuman'
  return kind === 'derived' ? 'fromDerived' : 'fromWords'
}

/** Where a value came from: by which method, how sure, and from which words. */
function Source({ field }: { field: ReadValue }) {
  const t = useWords(ticketWords)
  const c = useWords(callWords)
  const spoken = heardIn(field.evidence)
  const quotes = field.evidence.flatMap((each) => (each.kind === 'span' ? [each.quote] : []))
  const hint = [
    t(sourceWord(field.evidence)),
    `${t(methodWords[field.method])}${field.method === 'human' ? '' : ` · ${t('confidence', { n: Math.round(field.confidence * 100) })}`}`,
    ...(spoken ? [c('hear', { time: clock(spoken.startMs) })] : []),
    ...quotes.slice(0, 3).map((quote) => `“${quote}”`),
  ].join('\n')
  const mark = (
    <>
      <Icon name={spoken ? 'phone' : methodIcons[field.method]} size={14} />
      <span className="sr-only">{hint}</span>
    </>
  )
  return (
    <Tooltip title={<span className="source-hint">{hint}</span>} placement="left">
      {spoken ? (
        <button type="button" className="source" onClick={() => hear(spoken.turn)}>
          {mark}
        </button>
      ) : (
        <span className="source">{mark}</span>
      )}
    </Tooltip>
  )
}

function Value({ state, text }: { state: RowState; text: string }) {
  const t = useWords(ticketWords)
  if (state === 'missing')
    return (
      <span className="value-missing">
        <Icon name="alert" size={14} /> {t('missing')}
      </span>
    )
  if (state === 'empty') return <span className="value-empty">{t('addValue')}</span>
  return <span className="value-text">{text}</span>
}

function Suggestion({
  suggestion,
  text,
  settle,
}: {
  suggestion: ReadValue
  text: string
  settle: RowProps['settle']
}) {
  const t = useWords(ticketWords)
  const { light } = useLit()
  return (
    <div
      className="suggestion"
      onPointerEnter={() => light(litBy(suggestion.evidence))}
      onPointerLeave={() => light(dark)}
    >
      <Icon name="bulb" size={14} />
      <span className="suggestion-text">{t('suggestion', { value: text })}</span>
      <Button size="small" type="primary" ghost onClick={() => settle(true)}>
        {t('take')} <Key>y</Key>
      </Button>
      <Button size="small" onClick={() => settle(false)}>
        {t('refuse')} <Key>x</Key>
      </Button>
    </div>
  )
}

/** One field. Pointing at it or focusing it lights up the words it came from; y confirms, Enter edits. */
export function FieldRow(props: RowProps) {
  const { name, label, field, property, state, editing, edit, cancel, save, confirm, settle } = props
  const t = useWords(ticketWords)
  const { light } = useLit()
  const text = valueText(name, field?.value, t('yes'), t('no'))
  const show = () => light(field ? litBy(field.evidence) : dark)
  const onKey = (key: string) => {
    if (key === 'y' && field?.suggestion) settle(true)
    else if (key === 'x' && field?.suggestion) settle(false)
    else if (key === 'y' && state === 'confirm') confirm()
  }
  return (
    <li
      className={`field-row row-${state}${field?.suggestion ? ' row-suggested' : ''}`}
      onPointerEnter={show}
      onPointerLeave={() => light(dark)}
    >
      <span className="field-label" id={`label-${name}`}>
        {label}
      </span>
      <div className="field-cell">
        {editing?.refused?.code === 'conflict.version' ? (
          <Conflict
            name={name}
            theirs={field?.value}
            mine={editing.typed}
            keepMine={() => save(editing.typed, field?.value)}
            keepTheirs={cancel}
          />
        ) : editing ? (
          <FieldEditor
            name={name}
            label={label}
            value={editing.from}
            edit={editing}
            property={property}
            save={(value) => save(value, editing.from)}
            cancel={cancel}
          />
        ) : (
          <button
            type="button"
            className="field-value"
            data-field={name}
            aria-labelledby={`label-${name} value-${name}`}
            onClick={edit}
            onFocus={show}
            onBlur={() => light(dark)}
            onKeyDown={(event) => onKey(event.key)}
          >
            <span id={`value-${name}`}>
              {name === 'urgency' && field?.value ? (
                <UrgencyMark urgency={field.value as Urgency} />
              ) : (
                <Value state={state} text={text} />
              )}
            </span>
          </button>
        )}
        {field?.suggestion && (
          <Suggestion
            suggestion={field.suggestion}
            text={valueText(name, field.suggestion.value, t('yes'), t('no'))}
            settle={settle}
          />
        )}
      </div>
      <span className="field-side">
        {state === 'confirm' && !editing && (
          <Button size="small" className="confirm-button" onClick={confirm} title={t('toConfirm')}>
            {t('confirmKey')} <Key>y</Key>
          </Button>
        )}
        {field && state !== 'empty' && state !== 'missing' && <Source field={field} />}
      </span>
    </li>
  )
}
