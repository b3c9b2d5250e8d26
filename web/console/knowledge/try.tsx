import { Button, Drawer, Form, Input, Select } from 'antd'
import { useState } from 'react'
import { useWords } from '../../ui/language.ts'
import { type Answer, useAsk } from '../data/hub.ts'
import { Loaded } from '../parts/admin.tsx'
import { knowledgeWords } from '../words/knowledge.ts'
import { Markdown } from './markdown.tsx'

type Found = Answer<'knowledge.find'>
type Candidate = Found['candidates'][number]

function Why({ candidate }: { candidate: Candidate }) {
  const t = useWords(knowledgeWords)
  const { words, question, category, model, fault } = candidate.why
  return (
    <dl className="facts">
      <div>
        <dt className="quiet">{t('words')}</dt>
        <dd>{words.join(' · ') || '—'}</dd>
      </div>
      <div>
        <dt className="quiet">{t('near')}</dt>
        <dd>{question ?? '—'}</dd>
      </div>
      <div>
        <dt className="quiet">{t('product')}</dt>
        <dd>{[category, model, fault].filter(Boolean).join(' · ') || t('general')}</dd>
      </div>
    </dl>
  )
}

function Results({ found, open }: { found: Found; open: (id: string, title: string) => void }) {
  const t = useWords(knowledgeWords)
  const { answer, candidates } = found
  const others = candidates.filter((each) => each.articleId !== answer?.articleId)
  const named = (each: Candidate) => (
    <div className="link-row">
      <strong>{each.title}</strong>
      <span className="row-actions">
        <span className="quiet">{t('score', { n: each.score.toFixed(2) })}</span>
        <Button size="small" onClick={() => open(each.articleId, each.title)}>
          {t('open')}
        </Button>
      </span>
    </div>
  )
  return (
    <div className="stack" role="status">
      <h3>{t(answer ? 'wouldAnswer' : 'wouldNot')}</h3>
      {answer ? (
        <div className="panel">
          {named(answer)}
          <blockquote className="cited">
            <Markdown text={answer.quote} />
          </blockquote>
          <Why candidate={answer} />
        </div>
      ) : (
        <p className="quiet">{t('wouldNotHint')}</p>
      )}
      {others.length > 0 && (
        <>
          <h3>{t('nearest')}</h3>
          {others.map((each) => (
            <div key={each.articleId} className="panel">
              {named(each)}
              <Why candidate={each} />
            </div>
          ))}
        </>
      )}
    </div>
  )
}

interface Question {
  readonly text: string
  readonly category: string | null
}

/** Asks what the published articles answer to a question, with the reason. */
export function TryDrawer({ close, open }: { close: () => void; open: (id: string, title: string) => void }) {
  const t = useWords(knowledgeWords)
  const [form] = Form.useForm<Question>()
  const [asked, setAsked] = useState<Question | null>(null)
  const categories = useAsk('category.list', {})
  const query = useAsk('knowledge.find', asked ?? { text: '-' }, { enabled: asked !== null })
  return (
    <Drawer open size={640} title={t('try')} onClose={close}>
      <Form<Question>
        form={form}
        layout="vertical"
        initialValues={{ text: '', category: null }}
        onFinish={({ text, category }) => setAsked({ text: text.trim(), category: category ?? null })}
      >
        <Form.Item name="text" label={t('question')} rules={[{ required: true, whitespace: true }]}>
          <Input maxLength={2_000} autoFocus />
        </Form.Item>
        <Form.Item name="category" label={t('product')}>
          <Select
            allowClear
            options={(categories.data?.categories ?? []).map(({ name }) => ({ value: name, label: name }))}
          />
        </Form.Item>
        <Button type="primary" htmlType="submit">
          {t('ask')}
        </Button>
      </Form>
      {asked && (
        <Loaded query={query}>
          {(found) => (
            <div className="stack">
              <p className="quiet">{t('tryHint', { n: found.threshold })}</p>
              <Results found={found} open={open} />
            </div>
          )}
        </Loaded>
      )}
    </Drawer>
  )
}
