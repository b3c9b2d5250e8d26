import { Button, Drawer, Form, type FormInstance, Skeleton, Table, type TableProps } from 'antd'
import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useRef } from 'react'
import type { Refused } from '../../ui/api.ts'
import { useWords } from '../../ui/language.ts'
import { commonWords } from '../words/terms.ts'
import { Broken } from './broken.tsx'
import { Key } from './field.tsx'
import { sameFilling, useLeave } from './leave.ts'

/** The frame of an administration page: title, one line of what it is for, actions, content. */
export function AdminPage({
  title,
  hint,
  actions,
  children,
}: {
  title: string
  hint?: ReactNode
  actions?: ReactNode
  children: ReactNode
}) {
  return (
    <div className="admin">
      <header className="admin-head">
        <div>
          <h1>{title}</h1>
          {hint && <p className="quiet">{hint}</p>}
        </div>
        {actions && <div className="admin-actions">{actions}</div>}
      </header>
      {children}
    </div>
  )
}

interface Asked<T> {
  readonly data: T | undefined
  readonly error: unknown
  readonly isPending: boolean
  readonly refetch: () => unknown
}

/** A query's answer, or its skeleton, or what went wrong. */
export function Loaded<T>({ query, children }: { query: Asked<T>; children: (data: T) => ReactNode }) {
  if (query.data !== undefined) return children(query.data)
  if (query.error) return <Broken error={query.error} retry={() => void query.refetch()} />
  return (
    <div aria-busy="true">
      <Skeleton active paragraph={{ rows: 6 }} />
    </div>
  )
}

/** A table of rows with an id; virtual from 200 rows, a click on a row opens it. */
export function Rows<T extends { readonly id: string }>({
  rows,
  columns,
  open,
  empty,
}: {
  rows: readonly T[]
  columns: TableProps<T>['columns']
  open?: (row: T) => void
  empty?: ReactNode
}) {
  if (rows.length === 0 && empty) return empty
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard
    <div className="table-box" tabIndex={0}>
      <Table<T>
        rowKey="id"
        size="middle"
        dataSource={[...rows]}
        columns={columns}
        pagination={rows.length > 200 ? { pageSize: 100, showSizeChanger: false } : false}
        {...(open ? { onRow: (row) => openable(() => open(row)) } : {})}
      />
    </div>
  )
}

/** A row that a click opens, and Enter when it has the focus. */
export function openable(open: () => void) {
  return {
    className: 'openable',
    tabIndex: 0,
    onClick: open,
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key === 'Enter' && event.target === event.currentTarget) open()
    },
  }
}

/** A form in a drawer. What the hub finds wrong stands at the field; nothing typed is lost by a refusal or by a slip of the hand. */
export function EditDrawer<T extends object>({
  title,
  initial,
  save,
  close,
  busy,
  refused,
  children,
  extra,
  form: given,
  width = 520,
  closing,
  saved,
}: {
  title: string
  initial: T
  save: (values: T) => void
  close: () => void
  busy: boolean
  refused: Refused | null
  children: ReactNode
  extra?: ReactNode
  form?: FormInstance<T>
  width?: number
  /** Says on the button that closes what leaving means, where nothing is cancelled by it. */
  closing?: string | undefined
  /** Where the drawer stays open after saving: changes with each time, and what is in the boxes counts as saved then. */
  saved?: number
}) {
  const t = useWords(commonWords)
  const [own] = Form.useForm<T>()
  const form = given ?? own
  const base = useRef<unknown>(initial)
  useEffect(() => {
    if (saved) base.current = form.getFieldsValue(true)
  }, [saved, form])
  const changed = useCallback(() => !sameFilling(base.current, form.getFieldsValue(true)), [form])
  const leave = useLeave(changed, close)
  useEffect(() => {
    if (!refused || refused.issues.length === 0) return
    const found = refused.issues.map((issue) => ({ name: issue.path.split('.'), errors: [issue.message] }))
    form.setFields(found as unknown as Parameters<typeof form.setFields>[0])
  }, [refused, form])
  return (
    <Drawer
      open
      title={title}
      size={width}
      onClose={leave}
      extra={extra}
      footer={
        <div className="drawer-foot">
          <Button onClick={leave}>{closing ?? t('cancel')}</Button>
          <Button type="primary" loading={busy} onClick={() => form.submit()}>
            {t('save')} <Key>Ctrl ↵</Key>
          </Button>
        </div>
      }
    >
      <Form<T>
        form={form}
        layout="vertical"
        initialValues={initial}
        onFinish={save}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.submit()
        }}
      >
        {children}
      </Form>
    </Drawer>
  )
}

/** Something to copy: an address, a secret. */
export function Copyable({ text }: { text: string }) {
  const t = useWords(commonWords)
  return (
    <span className="copyable">
      <code>{text}</code>
      <Button
        size="small"
        onClick={(event) => {
          const button = event.currentTarget
          void navigator.clipboard?.writeText(text).then(() => button.setAttribute('data-copied', ''))
        }}
      >
        {t('copy')}
      </Button>
    </span>
  )
}
