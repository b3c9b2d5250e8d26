import { useInfiniteQuery } from '@tanstack/react-query'
import { Button, Form, Input, Table, type TableProps } from 'antd'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { ask } from '../../ui/api.ts'
import { Icon } from '../../ui/icons.tsx'
import { useWords } from '../../ui/language.ts'
import { type Answer, type Input as CommandInput, useTell } from '../data/hub.ts'
import { mayDo } from '../data/session.ts'
import { AdminPage, EditDrawer, Loaded, openable } from '../parts/admin.tsx'
import { EmptyState } from '../parts/broken.tsx'
import { AddressBoxes, addressOf, CustomerBoxes } from '../parts/place-boxes.tsx'
import { useSignedIn } from '../parts/session-context.ts'
import { useSettled } from '../parts/settled.ts'
import { useSure } from '../parts/sure.ts'
import { valueText } from '../ticket/field-text.ts'
import { deviceWords, siteWords } from '../words/catalogue.ts'
import { commonWords } from '../words/terms.ts'

type Site = Answer<'site.list'>['sites'][number]
type Values = CommandInput<'site.create'>

function useSites(q: string) {
  return useInfiniteQuery({
    queryKey: ['catalogue', 'site.list', q],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      ask<Answer<'site.list'>>(
        'site.list',
        { q, limit: 100, ...(pageParam ? { cursor: pageParam } : {}) },
        signal,
      ),
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: (previous) => previous,
  })
}

function SiteForm({ site, close }: { site: Site | null; close: () => void }) {
  const t = useWords(siteWords)
  const d = useWords(deviceWords)
  const c = useWords(commonWords)
  const { run, busy, refused } = useTell()
  const sure = useSure()
  const save = async (values: Values) => {
    const input = { ...values, address: addressOf(values.address) }
    const done = site
      ? await run('site.update', { id: site.id, version: site.version, ...input })
      : await run('site.create', input)
    if (done) close()
  }
  const extra = site && (
    <span className="row-actions">
      <Button
        onClick={() =>
          sure({
            title: d('renewAsk', { name: site.name }),
            content: d('renewHint'),
            okText: d('renew'),
            onOk: () => run('site.renewLink', { id: site.id }, d('renewed')),
          })
        }
      >
        {d('renew')}
      </Button>
      <Button
        danger
        onClick={() =>
          sure({
            title: c('removeAsk', { name: site.name }),
            content: d('removeHint'),
            okText: c('remove'),
            onOk: async () => {
              if (await run('site.remove', { id: site.id, version: site.version }, d('removed'))) close()
            },
          })
        }
      >
        {c('remove')}
      </Button>
    </span>
  )
  return (
    <EditDrawer<Values>
      title={site?.name ?? t('add')}
      initial={(site ?? { name: '' }) as Values}
      save={(values) => void save(values)}
      close={close}
      busy={busy}
      refused={refused}
      extra={extra}
      width={600}
    >
      <Form.Item name="name" label={c('name')} rules={[{ required: true }]}>
        <Input maxLength={120} />
      </Form.Item>
      <CustomerBoxes />
      <AddressBoxes />
    </EditDrawer>
  )
}

function useColumns(): TableProps<Site>['columns'] {
  const t = useWords(siteWords)
  const d = useWords(deviceWords)
  const c = useWords(commonWords)
  return [
    { title: c('name'), render: (_, row) => <strong>{row.name}</strong> },
    { title: d('customer'), render: (_, row) => row.customerName ?? '—' },
    { title: d('phone'), render: (_, row) => row.phone ?? '—' },
    { title: d('address'), width: 320, render: (_, row) => valueText('address', row.address, '', '') || '—' },
    { title: t('devices'), render: (_, row) => <span className="number">{row.devices}</span> },
  ]
}

/** Places with several devices: find, add, change, print codes. */
export default function Sites() {
  const t = useWords(siteWords)
  const d = useWords(deviceWords)
  const navigate = useNavigate()
  const [text, setText] = useState('')
  const q = useSettled(text)
  const query = useSites(q)
  const columns = useColumns()
  const may = mayDo(useSignedIn(), ['admin'])
  const [chosen, setChosen] = useState<readonly string[]>([])
  const [editing, setEditing] = useState<Site | 'new' | null>(null)
  const rows = query.data?.pages.flatMap((page) => page.sites) ?? []
  const add = may && (
    <Button type="primary" icon={<Icon name="plus" />} onClick={() => setEditing('new')}>
      {t('add')}
    </Button>
  )
  const print = (
    <Button
      icon={<Icon name="print" />}
      disabled={chosen.length === 0}
      onClick={() => void navigate(`/devices/labels?kind=site&ids=${chosen.join(',')}`)}
    >
      {d('print', { n: chosen.length })}
    </Button>
  )
  return (
    <AdminPage
      title={t('title')}
      hint={t('hint')}
      actions={
        <>
          {print}
          {add}
        </>
      }
    >
      <div className="stack">
        <Input
          type="search"
          allowClear
          aria-label={t('search')}
          placeholder={t('search')}
          prefix={<Icon name="search" />}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <Loaded query={query}>
          {() =>
            rows.length === 0 ? (
              <EmptyState
                icon="device"
                title={t(q ? 'noMatch' : 'empty')}
                hint={q ? undefined : t('emptyHint')}
              >
                {!q && add}
              </EmptyState>
            ) : (
              <div className="table-box">
                <Table<Site>
                  rowKey="id"
                  size="middle"
                  dataSource={rows}
                  columns={columns}
                  pagination={false}
                  rowSelection={{
                    selectedRowKeys: [...chosen],
                    onChange: (keys) => setChosen(keys.map(String)),
                    getCheckboxProps: (row) => ({ 'aria-label': row.name }) as object,
                  }}
                  {...(may ? { onRow: (row) => openable(() => setEditing(row)) } : {})}
                />
              </div>
            )
          }
        </Loaded>
        {query.hasNextPage && (
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {d('more')}
          </Button>
        )}
      </div>
      {editing && <SiteForm site={editing === 'new' ? null : editing} close={() => setEditing(null)} />}
    </AdminPage>
  )
}
