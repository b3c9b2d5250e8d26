import { Button, Modal, type TableProps } from 'antd'
import { useState } from 'react'
import { Icon } from '../../ui/icons.tsx'
import { useWords } from '../../ui/language.ts'
import { Moment } from '../../ui/time.tsx'
import { type Account, type Kind, SetUp } from '../channels/set-up.tsx'
import { useAsk, useTell } from '../data/hub.ts'
import { mayDo } from '../data/session.ts'
import { AdminPage, Loaded, Rows } from '../parts/admin.tsx'
import { EmptyState } from '../parts/broken.tsx'
import { ConnectionMark } from '../parts/connections.tsx'
import { ChannelMark } from '../parts/marks.tsx'
import { useSignedIn } from '../parts/session-context.ts'
import { useSure } from '../parts/sure.ts'
import { channelsWords, kindHints } from '../words/channels.ts'
import { channelWords, commonWords } from '../words/terms.ts'

function KindChooser({
  kinds,
  choose,
  close,
}: {
  kinds: readonly Kind[]
  choose: (kind: Kind) => void
  close: () => void
}) {
  const t = useWords(channelsWords)
  const word = useWords(channelWords)
  const hint = useWords(kindHints)
  return (
    <Modal open title={t('choose')} footer={null} onCancel={close} width={720}>
      <div className="kinds">
        {kinds.map((kind) => (
          <button key={kind.kind} type="button" className="kind" onClick={() => choose(kind)}>
            <strong>
              {kind.kind in channelWords ? word(kind.kind as keyof typeof channelWords) : kind.kind}
            </strong>
            {kind.kind in kindHints && (
              <span className="quiet">{hint(kind.kind as keyof typeof kindHints)}</span>
            )}
          </button>
        ))}
        {kinds.length === 0 && <p className="quiet">{t('noKinds')}</p>}
      </div>
    </Modal>
  )
}

function useColumns(remove: ((account: Account) => void) | null): TableProps<Account>['columns'] {
  const t = useWords(channelsWords)
  const c = useWords(commonWords)
  return [
    { title: t('name'), render: (_, row) => <strong>{row.name}</strong> },
    { title: t('kind'), render: (_, row) => <ChannelMark channel={row.kind} /> },
    {
      title: t('connection'),
      render: (_, row) =>
        row.enabled ? (
          row.connections.length > 0 ? (
            row.connections.map((each) => (
              <ConnectionMark key={`${each.name} ${each.node}`} state={each.state} />
            ))
          ) : (
            <span className="quiet">{t('noConnection')}</span>
          )
        ) : (
          <span className="quiet">{c('disabled')}</span>
        ),
    },
    {
      title: t('lastReceived'),
      render: (_, row) =>
        row.lastReceivedAt ? <Moment at={row.lastReceivedAt} /> : <span className="quiet">{t('never')}</span>,
    },
    ...(remove
      ? [
          {
            title: '',
            render: (_: unknown, row: Account) => (
              <Button
                size="small"
                type="text"
                onClick={(event) => {
                  event.stopPropagation()
                  remove(row)
                }}
              >
                {c('remove')}
              </Button>
            ),
          },
        ]
      : []),
  ]
}

/** Channel accounts: connect, test, change, switch off. */
export default function Channels() {
  const t = useWords(channelsWords)
  const admin = mayDo(useSignedIn(), [])
  const accounts = useAsk('channel.list', {})
  const kinds = useAsk('channel.kinds', {}, { enabled: admin })
  const { run } = useTell()
  const c = useWords(commonWords)
  const sure = useSure()
  const [choosing, setChoosing] = useState(false)
  const [editing, setEditing] = useState<{ kind: Kind; account: Account | null } | null>(null)
  const open = (account: Account) => {
    const kind = kinds.data?.kinds.find((each) => each.kind === account.kind)
    if (kind) setEditing({ kind, account })
  }
  const remove = (account: Account) =>
    sure({
      title: c('removeAsk', { name: account.name }),
      content: t('removeHint'),
      okText: c('remove'),
      onOk: () => run('channel.remove', { id: account.id }, t('removed')),
    })
  const columns = useColumns(admin ? remove : null)
  const add = admin && (
    <Button type="primary" icon={<Icon name="plus" />} onClick={() => setChoosing(true)}>
      {t('add')}
    </Button>
  )
  return (
    <AdminPage title={t('title')} hint={t('hint')} actions={add}>
      {/* A row opens with what its kind asks for: it is not shown before that is known. */}
      <Loaded<unknown> query={admin ? kinds : accounts}>
        {() => (
          <Loaded query={accounts}>
            {(data) => (
              <Rows
                rows={data.accounts}
                columns={columns}
                {...(admin ? { open } : {})}
                empty={
                  <EmptyState icon="channel" title={t('empty')} hint={t('emptyHint')}>
                    {add}
                  </EmptyState>
                }
              />
            )}
          </Loaded>
        )}
      </Loaded>
      {choosing && kinds.data && (
        <KindChooser
          kinds={kinds.data.kinds}
          close={() => setChoosing(false)}
          choose={(kind) => {
            setChoosing(false)
            setEditing({ kind, account: null })
          }}
        />
      )}
      {editing && <SetUp {...editing} close={() => setEditing(null)} />}
    </AdminPage>
  )
}
