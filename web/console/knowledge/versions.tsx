import { Button } from 'antd'
import { useState } from 'react'
import { useWords } from '../../ui/language.ts'
import { Moment } from '../../ui/time.tsx'
import { knowledgeWords } from '../words/knowledge.ts'
import type { Article, Version } from './article.ts'
import { lineDiff } from './diff.ts'

const marks = { same: ' ', gone: '−', new: '+' } as const

/** What differs between two texts, line by line. */
export function Diff({ before, after, label }: { before: string; after: string; label: string }) {
  const t = useWords(knowledgeWords)
  if (before === after) return <p className="quiet">{t('noDifference')}</p>
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard
    <section className="diff" aria-label={label} tabIndex={0}>
      {lineDiff(before, after).map((line, key) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines of a comparison have no other name
        <div key={key} className={`diff-${line.kind}`}>
          <span aria-hidden="true">{marks[line.kind]}</span>
          {line.kind === 'gone' && <del>{line.text}</del>}
          {line.kind === 'new' && <ins>{line.text}</ins>}
          {line.kind === 'same' && <span>{line.text}</span>}
        </div>
      ))}
    </section>
  )
}

function Chosen({ version, before }: { version: Version; before: Version | undefined }) {
  const t = useWords(knowledgeWords)
  const label = before ? t('compareWith', { n: before.number }) : t('firstVersion')
  return (
    <div className="stack">
      <h3>{label}</h3>
      {before ? (
        <Diff before={before.body} after={version.body} label={label} />
      ) : (
        <pre className="raw">{version.body}</pre>
      )}
    </div>
  )
}

/** The versions of an article, the newest first; the chosen one compared with the one before it. */
export function Versions({
  article,
  versions,
  publish,
  takeOver,
}: {
  article: Article
  versions: readonly Version[]
  publish: ((number: number) => void) | null
  takeOver: ((version: Version) => void) | null
}) {
  const t = useWords(knowledgeWords)
  const [number, setNumber] = useState(article.current)
  const chosen = versions.find((each) => each.number === number) ?? versions[0]!
  const before = versions.find((each) => each.number === chosen.number - 1)
  return (
    <div className="versions">
      <ul className="stack" aria-label={t('versions')}>
        {versions.map((each) => (
          <li key={each.number}>
            <button
              type="button"
              className="version"
              aria-pressed={each === chosen}
              onClick={() => setNumber(each.number)}
            >
              <strong>
                {t('version')} {each.number}
              </strong>{' '}
              {each.number === article.current && <span className="quiet">{t('newest')} </span>}
              {each.number === article.published && article.status === 'published' && (
                <span className="state state-published">{t('answers')}</span>
              )}
              <br />
              <span className="quiet">
                {each.by} · <Moment at={each.atMs} />
              </span>
              {each.note && (
                <>
                  <br />
                  <span>{each.note}</span>
                </>
              )}
            </button>
          </li>
        ))}
      </ul>
      <div className="stack">
        <div className="row-actions">
          {takeOver && <Button onClick={() => takeOver(chosen)}>{t('takeOver')}</Button>}
          {publish && (chosen.number !== article.published || article.status !== 'published') && (
            <Button onClick={() => publish(chosen.number)}>{t('publishNumber', { n: chosen.number })}</Button>
          )}
        </div>
        <Chosen version={chosen} before={before} />
      </div>
    </div>
  )
}
