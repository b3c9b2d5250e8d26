import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Segmented, type TableProps } from 'antd'
import { useRef, useState } from 'react'
import { Refused, tell } from '../../ui/api.ts'
import { Icon } from '../../ui/icons.tsx'
import { language, useLabelled, useWords } from '../../ui/language.ts'
import { Moment } from '../../ui/time.tsx'
import {
  download,
  type ImportBatch,
  type ImportKind,
  importKinds,
  type Preview,
  type PreviewRow,
  type Undone,
  type Uploaded,
  upload,
  useImports,
  usePreview,
} from '../data/imports.ts'
import { AdminPage, Loaded, Rows } from '../parts/admin.tsx'
import { importWords } from '../words/catalogue.ts'

/** Says a refusal; true when it went well. */
function useAttempt(): (work: () => Promise<unknown>) => Promise<boolean> {
  const { message } = App.useApp()
  return async (work) => {
    try {
      await work()
      return true
    } catch (error) {
      message.error(error instanceof Refused ? error.message : String(error), 8)
      return false
    }
  }
}

type Line = PreviewRow & { readonly id: string }

function PreviewTable({ preview }: { preview: Preview }) {
  const t = useWords(importWords)
  const labelled = useLabelled()
  const lang = language.use()
  const columns: TableProps<Line>['columns'] = [
    { title: t('line'), dataIndex: 'line' },
    {
      title: t('state'),
      render: (_, row) => (
        <span className={row.state === 'error' ? 'step-bad' : undefined}>{t(row.state)}</span>
      ),
    },
    { title: t('what'), render: (_, row) => row.label },
    {
      title: t('issues'),
      width: 480,
      render: (_, row) =>
        row.issues.length > 0
          ? row.issues.map((issue) => (
              <p key={issue.column + issue.en}>{labelled(issue.column, issue[lang])}</p>
            ))
          : row.changes.join(' · '),
    },
  ]
  return <Rows rows={preview.rows.map((row) => ({ ...row, id: String(row.line) }))} columns={columns} />
}

function Figures({ preview }: { preview: Preview }) {
  const t = useWords(importWords)
  return (
    <dl className="figures">
      {(['new', 'changed', 'same', 'error'] as const).map((state) => (
        <div
          key={state}
          className={state === 'error' && preview.counts.error > 0 ? 'figure figure-bad' : 'figure'}
        >
          <dt>{t(state)}</dt>
          <dd>{preview.counts[state]}</dd>
        </div>
      ))}
    </dl>
  )
}

function Plan({ kind, file, done }: { kind: ImportKind; file: Uploaded; done: () => void }) {
  const t = useWords(importWords)
  const query = usePreview(kind, file)
  const client = useQueryClient()
  const { message } = App.useApp()
  const attempt = useAttempt()
  const [busy, setBusy] = useState(false)
  const input = { kind, hash: file.hash, fileName: file.name }
  const apply = async (skipErrors: boolean, n: number) => {
    setBusy(true)
    const well = await attempt(() => tell('import.apply', { ...input, skipErrors }))
    setBusy(false)
    if (!well) return
    message.success(t('done', { n }))
    void client.invalidateQueries()
    done()
  }
  return (
    <Loaded query={query}>
      {(preview) => {
        const { counts } = preview
        const n = counts.new + counts.changed
        return (
          <div className="stack">
            <Figures preview={preview} />
            {preview.ignored.length > 0 && (
              <p className="quiet">{t('ignored', { names: preview.ignored.join('、') })}</p>
            )}
            <div className="admin-actions">
              <Button
                type="primary"
                loading={busy}
                disabled={n === 0}
                onClick={() => void apply(counts.error > 0, n)}
              >
                {n === 0 ? t('nothing') : t(counts.error > 0 ? 'applySkip' : 'apply', { n })}
              </Button>
              {counts.error > 0 && (
                <Button onClick={() => void attempt(() => download('import.errors', input))}>
                  {t('errorFile')}
                </Button>
              )}
            </div>
            <PreviewTable preview={preview} />
          </div>
        )
      }}
    </Loaded>
  )
}

function History() {
  const t = useWords(importWords)
  const imports = useImports()
  const client = useQueryClient()
  const { message } = App.useApp()
  const attempt = useAttempt()
  const undo = (batch: ImportBatch) =>
    attempt(async () => {
      const { removed, restored, kept } = await tell<Undone>('import.undo', { batchId: batch.id })
      message.success(t('undoneSaid', { removed, restored }), 5)
      if (kept.length > 0) message.warning(t('kept', { n: kept.length }), 8)
      await client.invalidateQueries()
    })
  const columns: TableProps<ImportBatch>['columns'] = [
    { title: t('name'), render: (_, row) => <strong>{row.name}</strong> },
    {
      title: t('kind'),
      render: (_, row) => (row.kind in importWords ? t(row.kind as ImportKind) : row.kind),
    },
    { title: t('rows'), dataIndex: 'rows' },
    { title: t('by'), dataIndex: 'by' },
    { title: t('at'), render: (_, row) => <Moment at={row.createdAt} /> },
    {
      title: '',
      render: (_, row) =>
        row.undoneAt ? (
          <span className="quiet">{t('undone')}</span>
        ) : (
          <Button size="small" onClick={() => void undo(row)}>
            {t('undo')}
          </Button>
        ),
    },
  ]
  return (
    <section className="panel">
      <h2>{t('history')}</h2>
      <Loaded query={imports}>
        {(data) => <Rows rows={data} columns={columns} empty={<p className="quiet">{t('noHistory')}</p>} />}
      </Loaded>
    </section>
  )
}

/** Import of tables: choose, look, write, undo. */
export default function Import() {
  const t = useWords(importWords)
  const attempt = useAttempt()
  const [kind, setKind] = useState<ImportKind>('staff')
  const [file, setFile] = useState<Uploaded | null>(null)
  const [busy, setBusy] = useState(false)
  const picker = useRef<HTMLInputElement>(null)
  const take = async (chosen: File | undefined) => {
    if (!chosen) return
    setBusy(true)
    await attempt(async () => setFile(await upload(chosen)))
    setBusy(false)
    if (picker.current) picker.current.value = ''
  }
  return (
    <AdminPage title={t('title')} hint={t('hint')}>
      <section className="panel stack">
        <Segmented
          value={kind}
          onChange={(next) => {
            setKind(next as ImportKind)
            setFile(null)
          }}
          options={importKinds.map((value) => ({ value, label: t(value) }))}
        />
        <div className="admin-actions">
          <Button
            type="primary"
            icon={<Icon name="upload" />}
            loading={busy}
            onClick={() => picker.current?.click()}
          >
            {t(busy ? 'uploading' : 'choose')}
          </Button>
          <Button onClick={() => void attempt(() => download('import.template', { kind }))}>
            {t('template')}
          </Button>
          <input
            ref={picker}
            type="file"
            hidden
            accept=".csv,.xlsx,text/csv"
            aria-label={t('choose')}
            onChange={(event) => void take(event.target.files?.[0])}
          />
        </div>
      </section>
      {file && (
        <section className="panel">
          <h2>{`${t('preview')} · ${file.name}`}</h2>
          <Plan key={kind + file.hash} kind={kind} file={file} done={() => setFile(null)} />
        </section>
      )}
      <History />
    </AdminPage>
  )
}
