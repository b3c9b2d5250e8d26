import { Alert, Button, Input, Popconfirm } from 'antd'
import { useState } from 'react'
import { useWords } from '../../ui/language.ts'
import { type Answer, useAsk, useTell } from '../data/hub.ts'
import { tagTreeWords } from '../words/labels.ts'
import { commonWords } from '../words/terms.ts'
import { Loaded } from './admin.tsx'

type Tree = Answer<'tag.tree'>

/** Where a line of a text begins and ends. */
function lineAt(text: string, line: number): readonly [number, number] {
  const lines = text.split('\n')
  const start = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0)
  return [start, start + (lines[line - 1]?.length ?? 0)]
}

function Outline({ tree, reload }: { tree: Tree; reload: () => void }) {
  const t = useWords(tagTreeWords)
  const c = useWords(commonWords)
  const { run, busy, refused } = useTell()
  const [draft, setDraft] = useState<{ readonly text: string; readonly version: string } | null>(null)
  const save = async (outline: string | null) => {
    const version = draft?.version ?? tree.version
    if (await run('tag.save', { outline, version })) setDraft(null)
  }
  const stale = refused?.code === 'conflict.version'
  const line = Number(/(\d+)/.exec(refused?.message ?? '')?.[1] ?? 0)
  const text = draft?.text ?? tree.outline
  const show = (box: HTMLTextAreaElement | null) => {
    if (!box || line === 0) return
    box.focus()
    box.setSelectionRange(...lineAt(text, line))
  }
  return (
    <>
      <Input.TextArea
        className="json-editor"
        aria-label={t('outline')}
        aria-invalid={refused !== null}
        aria-describedby="tag-tree-problem"
        status={refused ? 'error' : ''}
        spellCheck={false}
        rows={16}
        value={text}
        onChange={(event) => setDraft({ text: event.target.value, version: draft?.version ?? tree.version })}
      />
      <div id="tag-tree-problem" role="status">
        {refused && !stale && (
          <p className="step-bad">
            {refused.message}{' '}
            {line > 0 && refused.code.startsWith('tags.') && (
              <Button
                type="link"
                size="small"
                onClick={() => show(document.querySelector(`[aria-describedby="tag-tree-problem"]`))}
              >
                {t('toLine', { n: line })}
              </Button>
            )}
          </p>
        )}
        {stale && (
          <Alert
            type="warning"
            showIcon
            title={t('newer')}
            action={
              <Button
                size="small"
                onClick={() => {
                  setDraft(null)
                  reload()
                }}
              >
                {t('reload')}
              </Button>
            }
          />
        )}
      </div>
      <div className="row-actions">
        <Button type="primary" loading={busy} disabled={draft === null} onClick={() => void save(text)}>
          {c('save')}
        </Button>
        {!tree.shipped && (
          <Popconfirm
            title={t('restoreSure')}
            okText={t('restore')}
            cancelText={c('cancel')}
            onConfirm={() => void save(null)}
          >
            <Button>{t('restore')}</Button>
          </Popconfirm>
        )}
      </div>
    </>
  )
}

/** The tree of tags: its outline as text, what is wrong with it by line, and the way back to the shipped one. */
export function TagTreePanel() {
  const t = useWords(tagTreeWords)
  const query = useAsk('tag.tree', {})
  return (
    <section className="panel" aria-label={t('title')}>
      <header className="section-head">
        <h2>{t('title')}</h2>
        {query.data && (
          <span className="quiet">
            {t('count', { n: query.data.branches.length })} · {t(query.data.shipped ? 'shipped' : 'own')}
          </span>
        )}
      </header>
      <p className="quiet">{t('hint')}</p>
      <Loaded query={query}>{(tree) => <Outline tree={tree} reload={() => void query.refetch()} />}</Loaded>
    </section>
  )
}
