import { useState } from 'react'
import { Icon } from '../../ui/icons.tsx'
import { language, useWords } from '../../ui/language.ts'
import type { Answer } from '../data/hub.ts'
import { channelsWords } from '../words/channels.ts'
import type { Schema } from './schema.ts'
import { Members } from './schema-form.tsx'
import { CallbackAddress, Example, TestMessage, TestSteps } from './trial.tsx'

type GuideStep = Answer<'channel.kinds'>['kinds'][number]['guide'][number]

/** What the parts of a guide are about. */
export interface Subject {
  readonly kind: string
  /** Null until the account was saved. */
  readonly accountId: string | null
  /** Grows with each save, which starts a test. */
  readonly trial: number
  /** The hub's time of what had come in before, ms. */
  readonly heardBeforeMs: number
}

/** The words that stand in a part's place while there is no account yet. */
const beforeSaved = {
  callback: 'saveForCallback',
  test: 'saveForTest',
  wait: 'saveForWait',
} as const

function Part({
  part,
  subject: { kind, accountId, trial, heardBeforeMs },
  done,
}: {
  part: NonNullable<GuideStep['part']>
  subject: Subject
  done: (done: boolean) => void
}) {
  const t = useWords(channelsWords)
  if (!accountId) return <p className="quiet">{t(beforeSaved[part])}</p>
  if (part === 'callback') return <CallbackAddress kind={kind} accountId={accountId} />
  if (part === 'test') return <TestSteps accountId={accountId} trial={trial} done={done} />
  return <TestMessage accountId={accountId} afterMs={heardBeforeMs} done={done} hint={t('awaitSoon')} />
}

function Step({
  step,
  schema,
  secretsSet,
  subject,
}: {
  step: GuideStep
  schema: Schema
  secretsSet: readonly string[]
  subject: Subject
}) {
  const t = useWords(channelsWords)
  const lang = language.use()
  const [done, setDone] = useState(false)
  const { kind, accountId } = subject
  const needsAddress = step.example?.includes('{callback}') ?? false
  return (
    <li className="guide-step" data-done={done || undefined}>
      {done && (
        <span className="guide-tick">
          <Icon name="check" />
          <span className="sr-only">{t('stepDone')}</span>
        </span>
      )}
      <p>{step[lang]}</p>
      {step.example &&
        (accountId || !needsAddress ? (
          <Example text={step.example} kind={kind} accountId={accountId ?? ''} />
        ) : (
          // A step that waits says already that it has to be saved first.
          !step.part && <p className="quiet">{t('saveForExample')}</p>
        ))}
      {step.fields.length > 0 && (
        <div className="guide-boxes">
          <Members checked schema={schema} path={[]} secretsSet={secretsSet} names={step.fields} />
        </div>
      )}
      {step.part && <Part part={step.part} subject={subject} done={setDone} />}
    </li>
  )
}

/** What to do on the other side's pages and here, in order; each step holds the boxes that it fills in, and what it shows. */
export function Guide({
  steps,
  schema,
  secretsSet,
  subject,
}: {
  steps: readonly GuideStep[]
  schema: Schema
  secretsSet: readonly string[]
  subject: Subject
}) {
  return (
    <ol className="guide">
      {steps.map((step) => (
        <Step key={step.en} step={step} schema={schema} secretsSet={secretsSet} subject={subject} />
      ))}
    </ol>
  )
}
