import { useInfiniteQuery } from '@tanstack/react-query'
import { Button, Form, Input, Select, Table, type TableProps } from 'antd'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { ask } from '../../ui/api.ts'
import { Icon } from '../../ui/icons.tsx'
import { useWords } from '../../ui/language.ts'
import { type Answer, type Input as CommandInput, useAsk, useTell } from '../data/hub.ts'
import { mayDo } from '../data/session.ts'
import { AdminPage, EditDrawer, Loaded, openable } from '../parts/admin.tsx'
import { EmptyState } from '../parts/broken.tsx'
import { AddressBoxes, addressOf, CustomerBoxes } from '../parts/place-boxes.tsx'
import { useSignedIn } from '../parts/session-context.ts'
import { useSettled } from '../parts/settled.ts'
import { useSure } from '../parts/sure.ts'
import { valueText } from '../ticket/field-text.ts'
import { deviceWords } from '../words/catalogue.ts'
import { commonWords } from '../words/terms.ts'

type Device = Answer<'device.list'>['devices'][number]
type Values = CommandInput<'device.create'>

const orNull = { normalize: (text: string) => (text === '' ? null : text) }

function useDevices(q: string) {
  return useInfiniteQuery({
    queryKey: ['catalogue', 'device.list', q],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      ask<Answer<'device.list'>>('device.list', { q, cursor: pageParam, limit: 100 }, signal),
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: (previous) => previous,
  })
}

function Boxes() {
  const t = useWords(deviceWords)
  const categories = useAsk('category.list', {})
  const models = useAsk('model.list', {})
  return (
    <>
      <Form.Item name="serialNumber" label={t('serialNumber')} rules={[{ required: true }]}>
        <Input maxLength={64} />
      </Form.Item>
      <Form.Item name="model" label={t('model')}>
        <Select
          allowClear
          showSearch={{ optionFilterProp: 'label' }}
          options={(models.data?.models ?? []).map((each) => ({
            value: each.model,
            label: `${each.model} ${each.name}`,
          }))}
        />
      </Form.Item>
      <Form.Item name="category" label={t('category')}>
        <Select
          allowClear
          options={(categories.data?.categories ?? []).map((each) => ({
            value: each.name,
            label: each.name,
          }))}
        />
      </Form.Item>
      <CustomerBoxes />
      <AddressBoxes />
      <div className="days">
        <Form.Item name="installedAt" label={t('installed')} {...orNull}>
          <Input type="date" />
        </Form.Item>
        <Form.Item name="warrantyUntil" label={t('warranty')} {...orNull}>
          <Input type="date" />
        </Form.Item>
      </div>
    </>
  )
}

function DeviceForm({ device, close }: { device: Device | null; close: () => void }) {
  const t = useWords(deviceWords)
  const c = useWords(commonWords)
  const { run, busy, refused } = useTell()
  const sure = useSure()
  const save = async (values: Values) => {
    const input = { ...values, address: addressOf(values.address) }
    const done = device
      ? await run('device.update', { id: device.id, version: device.version, ...input })
      : await run('device.create', input)
    if (done) close()
  }
  const extra = device && (
    <span className="row-actions">
      <Button
        onClick={() =>
          sure({
            title: t('renewAsk', { name: device.serialNumber }),
            content: t('renewHint'),
            okText: t('renew'),
            onOk: () => run('device.renewLink', { id: device.id }, t('renewed')),
          })
        }
      >
        {t('renew')}
      </Button>
      <Button
        danger
        onClick={() =>
          sure({
            title: c('removeAsk', { name: device.serialNumber }),
            content: t('removeHint'),
            okText: c('remove'),
            onOk: async () => {
              if (await run('device.remove', { id: device.id, version: device.version }, t('removed')))
                close()
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
      title={device?.serialNumber ?? t('add')}
      initial={(device ?? { serialNumber: '' }) as Values}
      save={(values) => void save(values)}
      close={close}
      busy={busy}
      refused={refused}
      extra={extra}
      width={600}
    >
      <Boxes />
    </EditDrawer>
  )
}

/** A value in one line; what does not fit is shown by the pointer, and whole in the drawer. */
function clipped(text: string | null) {
  if (!text) return '—'
  return (
    <span className="clipped" title={text}>
      {text}
    </span>
  )
}

function useColumns(): TableProps<Device>['columns'] {
  const t = useWords(deviceWords)
  return [
    {
      title: t('serialNumber'),
      render: (_, row) => <strong className="number">{clipped(row.serialNumber)}</strong>,
    },
    { title: t('category'), render: (_, row) => clipped(row.category) },
    { title: t('model'), render: (_, row) => clipped(row.model) },
    { title: t('customer'), render: (_, row) => clipped(row.customerName) },
    { title: t('phone'), render: (_, row) => clipped(row.phone) },
    {
      title: t('address'),
      width: 320,
      render: (_, row) => clipped(valueText('address', row.address, '', '')),
    },
    { title: t('warranty'), render: (_, row) => row.warrantyUntil?.slice(0, 10) ?? '—' },
  ]
}

function DeviceTable({
  rows,
  chosen,
  choose,
  open,
}: {
  rows: readonly Device[]
  chosen: readonly string[]
  choose: (ids: readonly string[]) => void
  open: ((device: Device) => void) | null
}) {
  const columns = useColumns()
  return (
    <div className="table-box">
      <Table<Device>
        rowKey="id"
        size="middle"
        dataSource={[...rows]}
        columns={columns}
        pagination={rows.length > 200 ? { pageSize: 100, showSizeChanger: false } : false}
        rowSelection={{
          selectedRowKeys: [...chosen],
          onChange: (keys) => choose(keys.map(String)),
          getCheckboxProps: (row) => ({ 'aria-label': row.serialNumber }) as object,
        }}
        {...(open ? { onRow: (row) => openable(() => open(row)) } : {})}
      />
    </div>
  )
}

/** Devices: find, add, change, print codes. */
export default function Devices() {
  const t = useWords(deviceWords)
  const navigate = useNavigate()
  const [text, setText] = useState('')
  const q = useSettled(text)
  const query = useDevices(q)
  const may = mayDo(useSignedIn(), ['supervisor', 'agent'])
  const [chosen, setChosen] = useState<readonly string[]>([])
  const [editing, setEditing] = useState<Device | 'new' | null>(null)
  const rows = query.data?.pages.flatMap((page) => page.devices) ?? []
  const add = may && (
    <Button type="primary" icon={<Icon name="plus" />} onClick={() => setEditing('new')}>
      {t('add')}
    </Button>
  )
  const print = (
    <Button
      icon={<Icon name="print" />}
      disabled={chosen.length === 0}
      onClick={() => void navigate(`/devices/labels?ids=${chosen.join(',')}`)}
    >
      {t('print', { n: chosen.length })}
    </Button>
  )
  return (
    <AdminPage
      title={t('title')}
      hint={t('hint')}
      actions={
        <>
          <Link to="/devices/sites">{t('sites')}</Link>
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
              <DeviceTable rows={rows} chosen={chosen} choose={setChosen} open={may ? setEditing : null} />
            )
          }
        </Loaded>
        {query.hasNextPage && (
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t('more')}
          </Button>
        )}
      </div>
      {editing && <DeviceForm device={editing === 'new' ? null : editing} close={() => setEditing(null)} />}
    </AdminPage>
  )
}
