import { Input, type TableProps } from 'antd'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { Icon } from '../../ui/icons.tsx'
import { useWords } from '../../ui/language.ts'
import { type Answer, useAsk } from '../data/hub.ts'
import { AdminPage, Loaded, Rows } from '../parts/admin.tsx'
import { EmptyState } from '../parts/broken.tsx'
import { ChannelMark } from '../parts/marks.tsx'
import { useSettled } from '../parts/settled.ts'
import { contactWords } from '../words/contacts.ts'

type Row = Answer<'contact.list'>['contacts'][number]

/** The phone on the card, or the one on the newest ticket with where it is from. */
function Phone({ row: { phone, told } }: { row: Row }) {
  const t = useWords(contactWords)
  if (phone) return phone
  if (!told?.phone) return '—'
  return (
    <>
      {told.phone} <span className="quiet">{t('fromTicket', { number: told.number })}</span>
    </>
  )
}

function useColumns(): TableProps<Row>['columns'] {
  const t = useWords(contactWords)
  const shown = (row: Row) =>
    row.name ?? row.identities.find((each) => each.displayName)?.displayName ?? row.told?.name ?? t('unnamed')
  return [
    { title: t('name'), render: (_, row) => <strong>{shown(row)}</strong> },
    { title: t('phone'), render: (_, row) => <Phone row={row} /> },
    { title: t('email'), render: (_, row) => row.email ?? '—' },
    { title: t('company'), render: (_, row) => row.company ?? '—' },
    { title: t('tier'), render: (_, row) => row.tier?.toUpperCase() ?? '—' },
    {
      title: t('knownAs'),
      render: (_, row) => (
        <span className="row-actions">
          {row.identities.map((each) => (
            <ChannelMark key={each.id} channel={each.channel} bare />
          ))}
        </span>
      ),
    },
  ]
}

/** Customers: find and open. */
export default function Contacts() {
  const t = useWords(contactWords)
  const navigate = useNavigate()
  const [text, setText] = useState('')
  const q = useSettled(text)
  const query = useAsk('contact.list', q ? { q } : {})
  const columns = useColumns()
  return (
    <AdminPage title={t('title')} hint={t('hint')}>
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
          {({ contacts }) => (
            <Rows
              rows={contacts}
              columns={columns}
              open={(row) => void navigate(`/contacts/${row.id}`)}
              empty={
                <EmptyState
                  icon="user"
                  title={t(q ? 'noMatch' : 'empty')}
                  hint={q ? undefined : t('emptyHint')}
                />
              }
            />
          )}
        </Loaded>
      </div>
    </AdminPage>
  )
}
