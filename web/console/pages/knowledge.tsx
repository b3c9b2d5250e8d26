import '../knowledge/knowledge.css'
import { Button, Input, Segmented, Select, type TableProps } from 'antd'
import { useState } from 'react'
import { Icon } from '../../ui/icons.tsx'
import { useWords } from '../../ui/language.ts'
import { Moment } from '../../ui/time.tsx'
import { useAsk } from '../data/hub.ts'
import { mayDo } from '../data/session.ts'
import type { Article } from '../knowledge/article.ts'
import { ArticleDrawer } from '../knowledge/editor.tsx'
import { TryDrawer } from '../knowledge/try.tsx'
import { AdminPage, Loaded, Rows } from '../parts/admin.tsx'
import { EmptyState } from '../parts/broken.tsx'
import { useSignedIn } from '../parts/session-context.ts'
import { useSettled } from '../parts/settled.ts'
import { knowledgeWords } from '../words/knowledge.ts'

const pageSize = 50
const tabs = ['all', 'draft', 'published', 'archived'] as const
type Tab = (typeof tabs)[number]

function useColumns(): TableProps<Article>['columns'] {
  const t = useWords(knowledgeWords)
  return [
    { title: t('articleTitle'), render: (_, row) => <strong>{row.title}</strong> },
    {
      title: t('status'),
      render: (_, row) => (
        <>
          <span className={`state state-${row.status}`}>{t(row.status)}</span>{' '}
          {row.status === 'published' && row.published !== row.current && (
            <span className="quiet">{t('ahead')}</span>
          )}
        </>
      ),
    },
    { title: t('products'), render: (_, row) => row.products.join('、') || t('general') },
    { title: t('faults'), render: (_, row) => row.faults.join('、') || '—' },
    { title: t('version'), render: (_, row) => <span className="number">{row.current}</span> },
    { title: t('updated'), render: (_, row) => <Moment at={row.updatedAtMs} /> },
  ]
}

interface Filter {
  readonly q: string
  readonly product: string | null
  readonly tab: Tab
}

function Filters({
  text,
  filter,
  change,
}: {
  text: string
  filter: Filter
  change: (part: Partial<Filter>) => void
}) {
  const t = useWords(knowledgeWords)
  const categories = useAsk('category.list', {})
  return (
    <div className="knowledge-filters">
      <Input
        type="search"
        allowClear
        className="filter-wide"
        aria-label={t('search')}
        placeholder={t('search')}
        prefix={<Icon name="search" />}
        value={text}
        onChange={(event) => change({ q: event.target.value })}
      />
      <Select<string>
        allowClear
        aria-label={t('product')}
        placeholder={t('allProducts')}
        className="knowledge-product"
        value={filter.product}
        onChange={(product) => change({ product: product ?? null })}
        options={(categories.data?.categories ?? []).map(({ name }) => ({ value: name, label: name }))}
      />
      <Segmented<Tab>
        aria-label={t('status')}
        value={filter.tab}
        onChange={(tab) => change({ tab })}
        options={tabs.map((value) => ({ value, label: t(value) }))}
      />
    </div>
  )
}

function Pager({ offset, total, go }: { offset: number; total: number; go: (offset: number) => void }) {
  const t = useWords(knowledgeWords)
  return (
    <p className="knowledge-pager quiet">
      {t('total', { n: total })}
      {total > pageSize && (
        <span className="row-actions">
          <Button size="small" disabled={offset === 0} onClick={() => go(offset - pageSize)}>
            {t('previous')}
          </Button>
          <Button size="small" disabled={offset + pageSize >= total} onClick={() => go(offset + pageSize)}>
            {t('next')}
          </Button>
        </span>
      )}
    </p>
  )
}

type Opened = { readonly id: string | null; readonly title: string | null }

/** Articles: find, write, publish, put away. */
export default function Knowledge() {
  const t = useWords(knowledgeWords)
  const may = mayDo(useSignedIn(), ['supervisor'])
  const [filter, setFilter] = useState<Filter>({ q: '', product: null, tab: 'all' })
  const [offset, setOffset] = useState(0)
  const [opened, setOpened] = useState<Opened | null>(null)
  const [trying, setTrying] = useState(false)
  const columns = useColumns()
  const q = useSettled(filter.q)
  const query = useAsk('knowledge.list', {
    ...(q.trim() ? { q } : {}),
    ...(filter.product ? { product: filter.product } : {}),
    ...(filter.tab === 'all' ? {} : { status: filter.tab }),
    limit: pageSize,
    offset,
  })
  const narrowed = q.trim() !== '' || filter.product !== null || filter.tab !== 'all'
  const add = may && (
    <Button type="primary" icon={<Icon name="plus" />} onClick={() => setOpened({ id: null, title: null })}>
      {t('add')}
    </Button>
  )
  const open = (id: string, title: string) => {
    setTrying(false)
    setOpened({ id, title })
  }
  const empty = (
    <EmptyState
      icon="bulb"
      title={t(narrowed ? 'noMatch' : 'empty')}
      {...(narrowed || !may ? {} : { hint: t('emptyHint') })}
    >
      {!narrowed && add}
    </EmptyState>
  )
  return (
    <AdminPage
      title={t('title')}
      hint={t('hint')}
      actions={
        <>
          <Button onClick={() => setTrying(true)}>{t('try')}</Button>
          {add}
        </>
      }
    >
      <div className="stack">
        <Filters
          text={filter.q}
          filter={filter}
          change={(part) => {
            setFilter({ ...filter, ...part })
            setOffset(0)
          }}
        />
        <Loaded query={query}>
          {({ articles, total }) => (
            <>
              <Rows rows={articles} columns={columns} open={(row) => open(row.id, row.title)} empty={empty} />
              {total > 0 && <Pager offset={offset} total={total} go={setOffset} />}
            </>
          )}
        </Loaded>
      </div>
      {trying && <TryDrawer close={() => setTrying(false)} open={open} />}
      {opened && (
        <ArticleDrawer
          key={opened.id ?? 'new'}
          id={opened.id}
          title={opened.title}
          may={may}
          close={() => setOpened(null)}
          made={(id, title) => setOpened({ id, title })}
        />
      )}
    </AdminPage>
  )
}
