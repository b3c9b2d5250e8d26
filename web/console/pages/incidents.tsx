import { Button, Segmented, type TableProps } from 'antd'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { useWords } from '../../ui/language.ts'
import { Moment } from '../../ui/time.tsx'
import { useAsk } from '../data/hub.ts'
import { type IncidentLine, useIncidentName } from '../incidents/reason.ts'
import { AdminPage, Loaded, Rows } from '../parts/admin.tsx'
import { EmptyState } from '../parts/broken.tsx'
import { incidentWords } from '../words/incidents.ts'

const pageSize = 50
const tabs = ['open', 'closed', 'all'] as const
type Tab = (typeof tabs)[number]

function useColumns(): TableProps<IncidentLine>['columns'] {
  const t = useWords(incidentWords)
  const name = useIncidentName()
  return [
    { title: t('number'), render: (_, row) => <span className="number">{row.number}</span> },
    { title: t('what'), render: (_, row) => <strong>{name(row)}</strong> },
    {
      title: t('area'),
      render: (_, row) => [row.area.city, row.area.district].filter(Boolean).join(' ') || '—',
    },
    {
      title: t('state'),
      render: (_, row) => (
        <span className={`state state-${row.state === 'open' ? 'degraded' : 'done'}`}>{t(row.state)}</span>
      ),
    },
    { title: t('tickets'), render: (_, row) => t('ticketCount', { n: row.tickets, atWork: row.atWork }) },
    { title: t('first'), render: (_, row) => <Moment at={row.firstAtMs} /> },
    { title: t('last'), render: (_, row) => <Moment at={row.lastAtMs} /> },
  ]
}

/** Incidents: what several customers report at once. */
export default function Incidents() {
  const t = useWords(incidentWords)
  const navigate = useNavigate()
  const [tab, setTab] = useState<Tab>('open')
  const [offset, setOffset] = useState(0)
  const columns = useColumns()
  const query = useAsk('incident.list', { ...(tab === 'all' ? {} : { state: tab }), limit: pageSize, offset })
  return (
    <AdminPage title={t('title')} hint={t('hint')}>
      <div className="stack">
        <Segmented<Tab>
          aria-label={t('state')}
          value={tab}
          onChange={(next) => {
            setTab(next)
            setOffset(0)
          }}
          options={tabs.map((value) => ({ value, label: t(value) }))}
        />
        <Loaded query={query}>
          {({ incidents, total }) => (
            <>
              <Rows
                rows={incidents}
                columns={columns}
                open={(row) => void navigate(`/incidents/${row.id}`)}
                empty={
                  <EmptyState
                    icon="link"
                    title={t(tab === 'open' ? 'emptyOpen' : 'empty')}
                    hint={t('emptyHint')}
                  />
                }
              />
              {total > pageSize && (
                <p className="row-actions quiet">
                  {t('total', { n: total })}
                  <Button size="small" disabled={offset === 0} onClick={() => setOffset(offset - pageSize)}>
                    {t('previous')}
                  </Button>
                  <Button
                    size="small"
                    disabled={offset + pageSize >= total}
                    onClick={() => setOffset(offset + pageSize)}
                  >
                    {t('next')}
                  </Button>
                </p>
              )}
            </>
          )}
        </Loaded>
      </div>
    </AdminPage>
  )
}
