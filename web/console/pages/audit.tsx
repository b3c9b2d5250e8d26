import { useInfiniteQuery } from '@tanstack/react-query'
import { App, Button, Input, type TableProps } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { ask, Refused } from '../../ui/api.ts'
import { useWords } from '../../ui/language.ts'
import { Moment } from '../../ui/time.tsx'
import type { Answer } from '../data/hub.ts'
import { AdminPage, Loaded, Rows } from '../parts/admin.tsx'
import { EmptyState } from '../parts/broken.tsx'
import { actorWords, auditWords, resourceWords } from '../words/access.ts'

type Entry = Answer<'audit.list'>['entries'][number]
type Line = Omit<Entry, 'id'> & { readonly id: string }

function useEntries(action: string, resource: string) {
  return useInfiniteQuery({
    queryKey: ['audit', action, resource],
    initialPageParam: undefined as number | undefined,
    queryFn: ({ pageParam, signal }) =>
      ask<Answer<'audit.list'>>('audit.list', { action, resource, before: pageParam, limit: 100 }, signal),
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: (previous) => previous,
  })
}

function Detail({ detail }: { detail: unknown }) {
  const text = JSON.stringify(detail)
  if (!text || text === '{}' || text === 'null') return null
  return <code className="quiet">{text.length > 160 ? `${text.slice(0, 160)}…` : text}</code>
}

/** Who it was; what the log has of them is in the tooltip. */
function Who({ entry: { actor: found, actorName } }: { entry: Line }) {
  const t = useWords(actorWords)
  const actor = found as { readonly kind?: keyof typeof actorWords; readonly id?: string }
  const kind = actor.kind && actor.kind in actorWords ? actor.kind : 'system'
  const name = actorName ?? (kind === 'system' ? '' : (actor.id ?? ''))
  return <span title={`${actor.kind} ${actor.id}`}>{kind === 'user' ? name : t(kind, { name }).trim()}</span>
}

/** Things with a page of their own. */
const pages: Readonly<Record<string, string>> = {
  ticket: '/tickets',
  contact: '/contacts',
  incident: '/incidents',
}

/** What it was about, by the name that people know, with the way there; its id is in the tooltip. */
function What({ entry: { resource, resourceName } }: { entry: Line }) {
  const t = useWords(resourceWords)
  const [kind = '', id = ''] = resource.split(':', 2)
  if (!(kind in resourceWords)) return <code>{resource}</code>
  const page = pages[kind]
  const name = resourceName ?? id
  return (
    <span title={resource}>
      {t(kind as keyof typeof resourceWords)}{' '}
      {page && resourceName ? (
        <Link to={`${page}/${id}`}>{name}</Link>
      ) : (
        (resourceName ?? <code>{name}</code>)
      )}
    </span>
  )
}

function Verify() {
  const t = useWords(auditWords)
  const { message } = App.useApp()
  const [busy, setBusy] = useState(false)
  const verify = async () => {
    setBusy(true)
    try {
      const found = await ask<Answer<'audit.verify'>>('audit.verify')
      if (found.broken) message.error(t('broken', { day: found.broken.day, seq: found.broken.seq }), 0)
      else message.success(t('whole', { rows: found.rows, days: found.days }), 6)
    } catch (error) {
      message.error(error instanceof Refused ? error.message : String(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Button loading={busy} onClick={() => void verify()}>
      {t('verify')}
    </Button>
  )
}

/** Who saw or changed what. */
export default function Audit() {
  const t = useWords(auditWords)
  const [action, setAction] = useState('')
  const [resource, setResource] = useState('')
  const query = useEntries(action, resource)
  const lines = (query.data?.pages ?? []).flatMap((page) =>
    page.entries.map((entry): Line => ({ ...entry, id: String(entry.id) })),
  )
  const columns: TableProps<Line>['columns'] = [
    { title: t('at'), render: (_, row) => <Moment at={row.at} /> },
    {
      title: t('actor'),
      render: (_, row) => <Who entry={row} />,
    },
    { title: t('action'), render: (_, row) => <code>{row.action}</code> },
    { title: t('resource'), width: 300, render: (_, row) => <What entry={row} /> },
    { title: t('detail'), width: 360, render: (_, row) => <Detail detail={row.detail} /> },
  ]
  return (
    <AdminPage title={t('title')} hint={t('hint')} actions={<Verify />}>
      <div className="stack">
        <div className="days">
          <Input.Search
            allowClear
            className="filter-wide"
            placeholder={t('action')}
            aria-label={t('action')}
            onSearch={setAction}
          />
          <Input.Search
            allowClear
            className="filter-wide"
            placeholder={t('resource')}
            aria-label={t('resource')}
            onSearch={setResource}
          />
        </div>
        <Loaded query={query}>
          {() => (
            <Rows rows={lines} columns={columns} empty={<EmptyState icon="audit" title={t('empty')} />} />
          )}
        </Loaded>
        {query.hasNextPage && (
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t('more')}
          </Button>
        )}
      </div>
    </AdminPage>
  )
}
