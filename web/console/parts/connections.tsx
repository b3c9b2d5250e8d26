import type { TableProps } from 'antd'
import { Link } from 'react-router'
import { useWords } from '../../ui/language.ts'
import { Moment } from '../../ui/time.tsx'
import { type Answer, useAsk } from '../data/hub.ts'
import { connectionWords, healthWords } from '../words/health.ts'
import { Loaded, Rows } from './admin.tsx'
import { ChannelMark } from './marks.tsx'

type Account = Answer<'channel.list'>['accounts'][number]
type Line = Account['connections'][number] & { readonly id: string; readonly account: Account }

/** A connection's state: word and shape. */
export function ConnectionMark({ state }: { state: string }) {
  const t = useWords(connectionWords)
  return (
    <span className={`state state-${state}`}>
      {state in connectionWords ? t(state as keyof typeof connectionWords) : state}
    </span>
  )
}

/** The long connections of all channel accounts, truthfully: state, since when, last sign of life; by node where several hold one. */
export function ConnectionTable() {
  const t = useWords(healthWords)
  const accounts = useAsk('channel.list', {})
  const columns: TableProps<Line>['columns'] = [
    {
      title: t('connection'),
      render: (_, line) => (
        <Link to="/accounts">
          <ChannelMark channel={line.account.kind} bare /> {line.account.name}
          {line.account.connections.length > 1 && <span className="quiet"> · {line.node}</span>}
        </Link>
      ),
    },
    { title: t('state'), render: (_, line) => <ConnectionMark state={line.state} /> },
    { title: t('since'), render: (_, line) => <Moment at={line.since} /> },
    { title: t('lastSeen'), render: (_, line) => line.lastSeenAt && <Moment at={line.lastSeenAt} /> },
    { title: t('detail'), width: 320, dataIndex: 'detail' },
  ]
  return (
    <Loaded query={accounts}>
      {(data) => {
        const lines = data.accounts.flatMap((account) =>
          account.connections.map((each) => ({
            ...each,
            account,
            id: `${account.id} ${each.name} ${each.node}`,
          })),
        )
        return <Rows rows={lines} columns={columns} empty={<p className="quiet">{t('noConnections')}</p>} />
      }}
    </Loaded>
  )
}
