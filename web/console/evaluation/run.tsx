import { Button, Segmented, type TableProps } from 'antd'
import { useState } from 'react'
import { Icon } from '../../ui/icons.tsx'
import { useWords } from '../../ui/language.ts'
import { Moment } from '../../ui/time.tsx'
import { type Answer, useAsk, useTell } from '../data/hub.ts'
import { mayDo } from '../data/session.ts'
import { Loaded, Rows } from '../parts/admin.tsx'
import { useSignedIn } from '../parts/session-context.ts'
import { evaluationWords } from '../words/evaluation.ts'
import { commonWords } from '../words/terms.ts'
import { CaseDrawer } from './case.tsx'
import { Decide, type Decision } from './decide.tsx'
import { shownValue, useClassName, useFieldName } from './field-name.ts'
import { FieldTable, Matrix, percent, ToldTable } from './figures.tsx'
import { RunState } from './state.tsx'

type Whole = Answer<'evaluation.get'>
type CaseRow = Answer<'evaluation.cases'>['cases'][number] & { readonly id: string }
type Side = CaseRow['after']

function Reading({ side, field }: { side: Side | null; field: string }) {
  const t = useWords(evaluationWords)
  const className = useClassName()
  if (!side) return <>—</>
  const word = t(`v_${side.verdict}` as 'v_right')
  return (
    <>
      {side.found !== null && `${className(field, shownValue(side.found))} `}
      <span className="quiet">{word}</span>
    </>
  )
}

function Cases({ runId }: { runId: string }) {
  const t = useWords(evaluationWords)
  const fieldName = useFieldName()
  const className = useClassName()
  const [show, setShow] = useState<'changed' | 'wrong'>('changed')
  const [open, setOpen] = useState<CaseRow | null>(null)
  const asked = useAsk('evaluation.cases', { runId, show })
  const columns: TableProps<CaseRow>['columns'] = [
    { title: t('case'), render: (_, row) => <strong>{row.label}</strong> },
    { title: t('field'), render: (_, row) => fieldName(row.field) },
    ...(show === 'changed'
      ? [
          {
            title: t('changed'),
            render: (_: unknown, row: CaseRow) => (
              <span className={`direction-${row.direction}`}>{t(row.direction ?? 'other')}</span>
            ),
          },
          {
            title: t('before'),
            render: (_: unknown, row: CaseRow) => <Reading side={row.before} field={row.field} />,
          },
        ]
      : []),
    { title: t('after'), render: (_, row) => <Reading side={row.after} field={row.field} /> },
    { title: t('expected'), render: (_, row) => className(row.field, shownValue(row.expected)) },
  ]
  return (
    <section className="panel">
      <div className="stack">
        <Segmented
          value={show}
          onChange={(next) => setShow(next as typeof show)}
          options={(['changed', 'wrong'] as const).map((value) => ({ value, label: t(value) }))}
        />
        <Loaded query={asked}>
          {(data) => {
            const none = show === 'wrong' ? 'noWrong' : data.againstId ? 'noChange' : 'noBase'
            return (
              <Rows
                rows={data.cases.map((row) => ({ ...row, id: `${row.caseId} ${row.field}` }))}
                columns={columns}
                open={setOpen}
                empty={<p className="quiet">{t(none)}</p>}
              />
            )
          }}
        </Loaded>
      </div>
      {open && (
        <CaseDrawer runId={runId} caseId={open.caseId} field={open.field} close={() => setOpen(null)} />
      )}
    </section>
  )
}

function Actions({ whole: { run, version } }: { whole: Whole }) {
  const t = useWords(evaluationWords)
  const session = useSignedIn()
  const { run: tell, busy } = useTell()
  const [deciding, setDeciding] = useState<Decision | null>(null)
  const admin = mayDo(session, [])
  const draft = version?.state === 'draft'
  return (
    <span className="row-actions">
      {run.state === 'running' && (
        <Button disabled={busy} onClick={() => void tell('evaluation.cancel', { id: run.id }, t('stopped'))}>
          {t('stop')}
        </Button>
      )}
      {admin &&
        run.state === 'done' &&
        !run.published &&
        (version === null || draft || version.state === 'published') && (
          <Button type="primary" onClick={() => setDeciding({ kind: 'publish', runId: run.id })}>
            {t('publish')}
          </Button>
        )}
      {admin && draft && run.state !== 'running' && (
        <Button danger onClick={() => setDeciding({ kind: 'discard', versionId: version.id })}>
          {t('discard')}
        </Button>
      )}
      {admin && run.published && (
        <Button onClick={() => setDeciding({ kind: 'undo', runId: run.id })}>{t('undo')}</Button>
      )}
      {deciding && <Decide decision={deciding} close={() => setDeciding(null)} />}
    </span>
  )
}

/** A run: its figures, what changed against the run that counts, and what to do with it. */
export function RunView({ id, back }: { id: string; back: () => void }) {
  const t = useWords(evaluationWords)
  const c = useWords(commonWords)
  const asked = useAsk('evaluation.get', { id })
  return (
    <div className="stack">
      <Button className="run-back" icon={<Icon name="back" />} onClick={back}>
        {c('back')}
      </Button>
      <Loaded query={asked}>
        {(whole) => {
          const { run, version, fields, told, confusion } = whole
          const figures: readonly (readonly [string, string | number])[] = [
            [t('f1'), percent(run.all.f1)],
            [t('precision'), percent(run.all.precision)],
            [t('recall'), percent(run.all.recall)],
            [t('hallucinated'), run.all.hallucinated],
            [t('traps'), run.traps],
            [t('unanswered'), run.unanswered],
          ]
          return (
            <>
              <header className="admin-head">
                <div>
                  <h2>
                    {t(run.set)} · {t(run.engine)}
                  </h2>
                  <p className="quiet">
                    {version ? `${t(version.kind)} ${version.number} · ${version.title}` : t('current')} ·{' '}
                    <Moment at={run.createdAt} /> · <RunState run={run} />
                    {run.published && ` · ${t('counts')}: ${run.reason ?? ''}`}
                  </p>
                  <p className="quiet">{t(`${run.set}Hint`)}</p>
                </div>
                <Actions whole={whole} />
              </header>
              <dl className="figures">
                {figures.map(([label, value]) => (
                  <div key={label} className="figure">
                    <dt>{label}</dt>
                    <dd>{value}</dd>
                  </div>
                ))}
              </dl>
              <Cases runId={id} />
              <FieldTable fields={fields} />
              {told && <ToldTable told={told} />}
              {Object.keys(confusion).length > 0 && (
                <section className="panel">
                  <h2>{t('confusion')}</h2>
                  <p className="quiet">{t('confusionHint')}</p>
                  {['intent', 'urgency', 'product_category', 'sentiment'].map(
                    (field) =>
                      confusion[field] && <Matrix key={field} field={field} matrix={confusion[field]} />,
                  )}
                </section>
              )}
            </>
          )
        }}
      </Loaded>
    </div>
  )
}
