import { Alert, App, Button, Drawer, Form, Input, Select, Tabs } from 'antd'
import { type KeyboardEvent, useCallback, useEffect, useState } from 'react'
import { useWords } from '../../ui/language.ts'
import { useAsk, useTell } from '../data/hub.ts'
import { Loaded } from '../parts/admin.tsx'
import { Key } from '../parts/field.tsx'
import { useLeave } from '../parts/leave.ts'
import { knowledgeWords } from '../words/knowledge.ts'
import { commonWords } from '../words/terms.ts'
import { type Article, useSteps, type Version } from './article.ts'
import { Markdown } from './markdown.tsx'
import { Diff, Versions } from './versions.tsx'

/** The form's members; questions stand one on each line. */
interface Values {
  readonly title: string
  readonly products: string[]
  readonly models: string[]
  readonly faults: string[]
  readonly lang: string
  readonly questions: string
  readonly body: string
  readonly note: string
}

const fresh: Values = {
  title: '',
  products: [],
  models: [],
  faults: [],
  lang: 'zh',
  questions: '',
  body: '',
  note: '',
}

const valuesOf = ({ front, body }: Version): Values => ({
  ...front,
  questions: front.questions.join('\n'),
  body,
  note: '',
})

/** Names to choose or type. The list closes after each: an open one would take the Tab key as a second choice of the same name. */
function NameBox({ names = [], ...field }: { names?: readonly string[]; id?: string; value?: string[] }) {
  const [open, setOpen] = useState(false)
  return (
    <Select
      {...field}
      mode="tags"
      open={open}
      onOpenChange={setOpen}
      onSelect={() => setOpen(false)}
      options={names.map((value) => ({ value, label: value }))}
    />
  )
}

function Boxes() {
  const t = useWords(knowledgeWords)
  const categories = useAsk('category.list', {})
  const models = useAsk('model.list', {})
  const named = (names: readonly string[]) => names.map((value) => ({ value, label: value }))
  const required = [{ required: true, whitespace: true }]
  return (
    <>
      <Form.Item name="title" label={t('articleTitle')} rules={required}>
        <Input maxLength={120} />
      </Form.Item>
      <div className="article-members">
        <Form.Item name="products" label={t('products')} extra={t('productsHint')}>
          <NameBox names={(categories.data?.categories ?? []).map((each) => each.name)} />
        </Form.Item>
        <Form.Item name="models" label={t('models')}>
          <NameBox names={(models.data?.models ?? []).map((each) => each.model)} />
        </Form.Item>
        <Form.Item name="faults" label={t('faults')}>
          <Select mode="tags" open={false} suffixIcon={null} />
        </Form.Item>
        <Form.Item name="lang" label={t('lang')}>
          <Select options={named(['zh', 'en'])} />
        </Form.Item>
      </div>
      <Form.Item name="questions" label={t('questions')} extra={t('questionsHint')}>
        <Input.TextArea rows={5} />
      </Form.Item>
      <Form.Item name="body" label={t('body')} extra={t('bodyHint')} rules={required}>
        <Input.TextArea className="article-source" rows={18} maxLength={50_000} />
      </Form.Item>
      <Form.Item name="note" label={t('note')}>
        <Input maxLength={300} />
      </Form.Item>
    </>
  )
}

interface Opened {
  readonly article: Article
  readonly versions: readonly Version[]
}

/** The form with its live preview. Nothing typed is lost by a refusal. */
function Writing({
  opened,
  start,
  saved,
  touched,
}: {
  opened: Opened | null
  start: Values
  saved: (id: string, title: string) => void
  touched: (changed: boolean) => void
}) {
  const t = useWords(knowledgeWords)
  const { message } = App.useApp()
  const { run, busy, refused } = useTell()
  const [form] = Form.useForm<Values>()
  const [base, setBase] = useState(opened?.article.current)
  const body = Form.useWatch('body', form) ?? start.body
  const newest = opened?.versions[0]
  const late = refused?.code === 'knowledge.saved_meanwhile'
  useEffect(() => {
    form.setFieldsValue(start)
  }, [form, start])
  useEffect(() => {
    const issues = refused?.issues ?? []
    form.setFields(
      issues.map((issue) => ({ name: [issue.path.split('.')[0] as keyof Values], errors: [issue.message] })),
    )
  }, [refused, form])
  const save = async ({ questions, note, ...values }: Values, on = base) => {
    const number = opened?.article.current
    const done = await run(
      'knowledge.save',
      {
        ...(opened ? { id: opened.article.id, base: on ?? 1 } : {}),
        ...values,
        questions: questions.split('\n').flatMap((line) => line.trim() || []),
        note,
      },
      null,
    )
    if (!done) return
    message.success(done.number === number ? t('unchanged') : t('saved', { n: done.number }), 3)
    setBase(done.number)
    form.setFieldValue('note', '')
    touched(false)
    saved(done.id, values.title)
  }
  const onTop = () => {
    if (!newest) return
    setBase(newest.number)
    void save(form.getFieldsValue(true) as Values, newest.number)
  }
  return (
    <div className="article-editor">
      <Form<Values>
        form={form}
        layout="vertical"
        initialValues={start}
        onFinish={(values) => void save(values)}
        onValuesChange={() => touched(true)}
        onKeyDown={(event: KeyboardEvent) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.submit()
        }}
      >
        <Boxes />
        {late && newest && (
          <Alert
            type="warning"
            showIcon
            title={t('meanwhile')}
            description={
              <div className="stack">
                <p>
                  {refused.message} {t('meanwhileHint')}
                </p>
                <Diff before={newest.body} after={body} label={t('meanwhile')} />
                <Button onClick={onTop} loading={busy}>
                  {t('saveOnTop')}
                </Button>
              </div>
            }
          />
        )}
        <Button type="primary" htmlType="submit" loading={busy}>
          {t('save')} <Key>Ctrl ↵</Key>
        </Button>
      </Form>
      <section className="article-preview" aria-label={t('preview')}>
        <h2>{t('preview')}</h2>
        <Markdown text={body} />
      </section>
    </div>
  )
}

function Actions({ article }: { article: Article }) {
  const t = useWords(knowledgeWords)
  const { step, busy } = useSteps()
  const button = (which: Parameters<typeof step>[1], primary = false) => (
    <Button type={primary ? 'primary' : 'default'} disabled={busy} onClick={() => void step(article, which)}>
      {t(which)}
    </Button>
  )
  if (article.status === 'archived') return button('unarchive', true)
  const ahead = article.status !== 'published' || article.published !== article.current
  return (
    <span className="row-actions">
      {ahead && button('publish', true)}
      {article.status === 'published' && button('withdraw')}
      {button('archive')}
    </span>
  )
}

/** An article as agents see it. */
function Reading({ version }: { version: Version }) {
  const t = useWords(knowledgeWords)
  return (
    <div className="stack">
      <Markdown text={version.body} />
      {version.front.questions.length > 0 && (
        <>
          <h3>{t('questions')}</h3>
          <ul>
            {version.front.questions.map((each) => (
              <li key={each}>{each}</li>
            ))}
          </ul>
        </>
      )}
    </div>
  )
}

function Panels({
  opened,
  may,
  touched,
}: {
  opened: Opened
  may: boolean
  touched: (changed: boolean) => void
}) {
  const t = useWords(knowledgeWords)
  const { article, versions } = opened
  const { step } = useSteps()
  const [tab, setTab] = useState('text')
  const [start, setStart] = useState<Values>(() => valuesOf(versions[0]!))
  const takeOver = (version: Version) => {
    setStart(valuesOf(version))
    touched(true)
    setTab('text')
  }
  const text = may ? (
    <Writing opened={opened} start={start} saved={() => undefined} touched={touched} />
  ) : (
    <Reading version={versions.find((each) => each.number === article.published) ?? versions[0]!} />
  )
  const publish =
    may && article.status !== 'archived' ? (n: number) => void step(article, 'publish', n) : null
  return (
    <Tabs
      activeKey={tab}
      onChange={setTab}
      items={[
        { key: 'text', label: t(may ? 'write' : 'read'), forceRender: true, children: text },
        {
          key: 'versions',
          label: `${t('versions')} (${versions.length})`,
          children: (
            <Versions
              article={article}
              versions={versions}
              publish={publish}
              takeOver={may ? takeOver : null}
            />
          ),
        },
      ]}
    />
  )
}

function Existing({ id, may, touched }: { id: string; may: boolean; touched: (changed: boolean) => void }) {
  const t = useWords(knowledgeWords)
  const query = useAsk('knowledge.get', { id })
  return (
    <Loaded query={query}>
      {({ article, versions }) => (
        <div className="stack">
          <div className="article-head">
            <span className={`state state-${article.status}`}>{t(article.status)}</span>
            {article.status === 'published' && article.published !== article.current && (
              <span className="quiet">{t('ahead')}</span>
            )}
            <code className="quiet">{article.slug}</code>
            {may && <Actions article={article} />}
          </div>
          <Panels opened={{ article, versions }} may={may} touched={touched} />
        </div>
      )}
    </Loaded>
  )
}

/** A drawer with one article: its form with preview, its versions, and what can be done with it. */
export function ArticleDrawer({
  id,
  title,
  may,
  close,
  made,
}: {
  /** Null: a new article. */
  id: string | null
  title: string | null
  may: boolean
  close: () => void
  made: (id: string, title: string) => void
}) {
  const t = useWords(knowledgeWords)
  const c = useWords(commonWords)
  const [changed, setChanged] = useState(false)
  const leave = useLeave(
    useCallback(() => changed, [changed]),
    close,
  )
  return (
    <Drawer
      open
      size={1160}
      title={title ?? t('add')}
      onClose={leave}
      footer={
        <div className="drawer-foot">
          <Button onClick={leave}>{c('close')}</Button>
        </div>
      }
    >
      {id === null ? (
        <Writing opened={null} start={fresh} saved={made} touched={setChanged} />
      ) : (
        <Existing key={id} id={id} may={may} touched={setChanged} />
      )}
    </Drawer>
  )
}
