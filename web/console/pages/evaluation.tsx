import { Button, Form, Modal, Select, type TableProps, Tabs } from 'antd'
import { useState } from 'react'
import { useSearchParams } from 'react-router'
import { Icon } from '../../ui/icons.tsx'
import { useWords } from '../../ui/language.ts'
import { Moment } from '../../ui/time.tsx'
import { type Answer, type Input, useAsk, useTell } from '../data/hub.ts'
import { mayDo } from '../data/session.ts'
import { Decide } from '../evaluation/decide.tsx'
import { DraftDrawer, type Drafting, TrainDialog } from '../evaluation/drafts.tsx'
import '../evaluation/evaluation.css'
import { percent } from '../evaluation/figures.tsx'
import { RunView } from '../evaluation/run.tsx'
import { RunState } from '../evaluation/state.tsx'
import { AdminPage, Loaded, Rows } from '../parts/admin.tsx'
import { EmptyState } from '../parts/broken.tsx'
import { useSignedIn } from '../parts/session-context.ts'
import { evaluationWords } from '../words/evaluation.ts'
import { commonWords } from '../words/terms.ts'

type All = Answer<'evaluation.list'>
type Run = All['runs'][number]
type Version = All['versions'][number]
type Values = { set: Run['set']; engine: Run['engine']; versionId: string }

const published = 'published'

function StartDialog({
  all,
  tried,
  close,
}: {
  all: All
  tried: string | null
  close: (id?: string) => void
}) {
  const t = useWords(evaluationWords)
  const { run, busy } = useTell()
  const [form] = Form.useForm<Values>()
  const set = Form.useWatch('set', form) ?? 'dialogues'
  const drafts = all.versions.filter(({ state }) => state === 'draft')
  const start = async ({ versionId, ...values }: Values) => {
    const input: Input<'evaluation.run'> = {
      ...values,
      versionId: versionId === published ? null : versionId,
    }
    const done = await run('evaluation.run', input, t('started'))
    if (done) close(done.id)
  }
  const needsModel = !all.hasModel && set !== 'prompts'
  return (
    <Modal
      open
      title={t('run')}
      okText={t('run')}
      okButtonProps={{ disabled: busy }}
      onOk={() => form.submit()}
      onCancel={() => close()}
    >
      <Form
        form={form}
        layout="vertical"
        initialValues={{ set: 'dialogues', engine: 'rules', versionId: tried ?? published }}
        onFinish={(values) => void start(values)}
      >
        <Form.Item name="set" label={t('set')} extra={t(`${set}Hint`)}>
          <Select
            options={(['dialogues', 'prompts', 'forms', 'corrected'] as const).map((value) => ({
              value,
              label: t(value),
            }))}
          />
        </Form.Item>
        <Form.Item name="engine" label={t('engine')} extra={needsModel && t('noModel')}>
          <Select
            options={(['rules', 'llm', 'auto'] as const).map((value) => ({
              ...{ value, label: t(value), disabled: needsModel && value !== 'rules' },
            }))}
          />
        </Form.Item>
        <Form.Item name="versionId" label={t('tries')}>
          <Select
            options={[
              { value: published, label: t('current') },
              ...drafts.map(({ id, kind, number, title }) => ({
                ...{ value: id, label: `${t(kind)} ${number} · ${title}` },
              })),
            ]}
          />
        </Form.Item>
      </Form>
    </Modal>
  )
}

function Runs({ all, open, start }: { all: All; open: (id: string) => void; start: () => void }) {
  const t = useWords(evaluationWords)
  const versionOf = (run: Run) => all.versions.find(({ id }) => id === run.versionId)
  const columns: TableProps<Run>['columns'] = [
    { title: t('set'), render: (_, run) => <strong>{t(run.set)}</strong> },
    { title: t('engine'), render: (_, run) => t(run.engine) },
    {
      title: t('tries'),
      render: (_, run) => {
        const version = versionOf(run)
        return version ? `${t(version.kind)} ${version.number} · ${version.title}` : t('current')
      },
    },
    { title: t('state'), render: (_, run) => <RunState run={run} /> },
    { title: t('cases'), align: 'right', render: (_, run) => run.cases },
    { title: t('f1'), align: 'right', render: (_, run) => percent(run.all.f1) },
    { title: t('hallucinated'), align: 'right', render: (_, run) => run.all.hallucinated },
    { title: t('when'), render: (_, run) => <Moment at={run.createdAt} /> },
    {
      title: t('counts'),
      render: (_, run) => run.published && <Icon name="check" />,
    },
  ]
  return (
    <Rows
      rows={all.runs}
      columns={columns}
      open={({ id }) => open(id)}
      empty={
        <EmptyState icon="bulb" title={t('empty')} hint={t('emptyHint')}>
          <Button type="primary" onClick={start}>
            {t('run')}
          </Button>
        </EmptyState>
      }
    />
  )
}

function Versions({
  all,
  edit,
  attempt,
}: {
  all: All
  edit: (drafting: Drafting) => void
  attempt: (id: string) => void
}) {
  const t = useWords(evaluationWords)
  const c = useWords(commonWords)
  const admin = mayDo(useSignedIn(), [])
  const [discarding, setDiscarding] = useState<string | null>(null)
  const columns: TableProps<Version>['columns'] = [
    {
      title: t('kind'),
      render: (_, row) => (
        <strong>
          {t(row.kind)} {row.number}
        </strong>
      ),
    },
    { title: t('versionTitle'), dataIndex: 'title' },
    { title: t('state'), render: (_, row) => t(`s_${row.state}`) },
    { title: t('reason'), render: (_, row) => row.reason ?? '—' },
    { title: t('when'), render: (_, row) => <Moment at={row.decidedAt ?? row.createdAt} /> },
    {
      title: '',
      render: (_, row) =>
        row.state === 'draft' && (
          <span className="row-actions">
            <Button size="small" onClick={() => attempt(row.id)}>
              {t('try')}
            </Button>
            {admin && row.kind !== 'classifier' && row.kind !== 'confidence' && (
              <Button size="small" onClick={() => edit({ kind: row.kind as Drafting['kind'], draft: row })}>
                {c('edit')}
              </Button>
            )}
            {admin && (
              <Button size="small" danger onClick={() => setDiscarding(row.id)}>
                {t('discard')}
              </Button>
            )}
          </span>
        ),
    },
  ]
  return (
    <>
      <Rows
        rows={all.versions}
        columns={columns}
        empty={<EmptyState icon="form" title={t('noVersions')} hint={t('noVersionsHint')} />}
      />
      {discarding && (
        <Decide decision={{ kind: 'discard', versionId: discarding }} close={() => setDiscarding(null)} />
      )}
    </>
  )
}

/** Evaluations: how right the extraction is, what a change would change, and publishing it or not. */
export default function Evaluation() {
  const t = useWords(evaluationWords)
  const all = useAsk('evaluation.list', {})
  const admin = mayDo(useSignedIn(), [])
  const [params, setParams] = useSearchParams()
  const [starting, setStarting] = useState<{ readonly tried: string | null } | null>(null)
  const [drafting, setDrafting] = useState<Drafting | null>(null)
  const [training, setTraining] = useState(false)
  const shown = params.get('run')
  const open = (id: string) => setParams({ run: id })
  const actions = (
    <>
      {admin && (
        <>
          <Button onClick={() => setDrafting({ kind: 'words', draft: null })}>{t('newWords')}</Button>
          <Button onClick={() => setDrafting({ kind: 'prompt', draft: null })}>{t('newPrompt')}</Button>
          <Button onClick={() => setDrafting({ kind: 'form', draft: null })}>{t('newForm')}</Button>
          <Button onClick={() => setTraining(true)}>{t('train')}</Button>
        </>
      )}
      <Button type="primary" icon={<Icon name="plus" />} onClick={() => setStarting({ tried: null })}>
        {t('run')}
      </Button>
    </>
  )
  return (
    <AdminPage title={t('title')} hint={t('hint')} actions={shown ? null : actions}>
      {shown ? (
        <RunView id={shown} back={() => setParams({})} />
      ) : (
        <Loaded query={all}>
          {(data) => (
            <Tabs
              items={[
                {
                  key: 'runs',
                  label: t('runs'),
                  children: <Runs all={data} open={open} start={() => setStarting({ tried: null })} />,
                },
                {
                  key: 'versions',
                  label: t('versions'),
                  children: (
                    <Versions all={data} edit={setDrafting} attempt={(tried) => setStarting({ tried })} />
                  ),
                },
              ]}
            />
          )}
        </Loaded>
      )}
      {starting && all.data && (
        <StartDialog
          all={all.data}
          tried={starting.tried}
          close={(id) => {
            setStarting(null)
            if (id) open(id)
          }}
        />
      )}
      {drafting && <DraftDrawer drafting={drafting} close={() => setDrafting(null)} />}
      {training && <TrainDialog close={() => setTraining(false)} />}
    </AdminPage>
  )
}
