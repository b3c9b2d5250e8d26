import { Button, InputNumber, Popover, Segmented } from 'antd'
import { useRef, useState } from 'react'
import { Icon } from '../../ui/icons.tsx'
import { useWords } from '../../ui/language.ts'
import { type Answer, useTell } from '../data/hub.ts'
import { chatWords } from '../words/chats.ts'
import { askForNotices, useNotices } from './notices.ts'

type Desk = Answer<'desk.chats'>

interface Said {
  readonly status: NonNullable<Desk['me']>['status']
  readonly maxChats: number
}

/** What the person says of themselves: shown as said at once, told to the hub one after the other in the order in which it was said. */
function useOwnPresence(desk: Desk): Said & { say: (change: Partial<Said>) => void } {
  const { run } = useTell()
  const [said, setSaid] = useState<Partial<Said>>({})
  const newest = useRef<Partial<Said>>({})
  const before = useRef<Promise<unknown>>(Promise.resolve())
  const status = said.status ?? desk.me?.status ?? 'offline'
  const maxChats = said.maxChats ?? desk.me?.maxChats ?? 5
  const say = (change: Partial<Said>) => {
    const now = { status: desk.me?.status ?? 'offline', ...newest.current, ...change }
    newest.current = now
    setSaid(now)
    before.current = before.current.then(async () => {
      // What was said since then is told instead.
      if (newest.current !== now) return
      await run('desk.presence', now, null)
      if (newest.current !== now) return
      newest.current = {}
      setSaid({})
    })
  }
  return { status, maxChats, say }
}

/** Whether this person takes chats, and who else does. */
export function PresenceBar({ desk }: { desk: Desk }) {
  const t = useWords(chatWords)
  const notices = useNotices()
  const { status, maxChats, say } = useOwnPresence(desk)
  const others = desk.agents.filter((each) => each.userId !== desk.me?.userId)
  return (
    <div className="presence" title={t('presenceHint')}>
      <Segmented
        aria-label={t('presence')}
        value={status}
        onChange={(next) => say({ status: next as typeof status })}
        options={(['online', 'away', 'offline'] as const).map((value) => ({
          value,
          label: (
            <span className={`presence-${value}`}>
              <span className="presence-dot" aria-hidden="true" /> {t(value)}
            </span>
          ),
        }))}
      />
      <span className="quiet">
        {t('capacity')}{' '}
        <InputNumber
          aria-label={t('capacity')}
          size="small"
          min={1}
          max={50}
          value={maxChats}
          changeOnWheel={false}
          onChange={(next) => next && say({ maxChats: next })}
        />
      </span>
      <Popover
        trigger="click"
        title={t('team')}
        content={
          others.length === 0 ? (
            t('nobodyElse')
          ) : (
            <ul>
              {others.map((each) => (
                <li key={each.userId} className={`presence-${each.status}`}>
                  <span className="presence-dot" aria-hidden="true" /> {each.name} · {t(each.status)} ·{' '}
                  {t('load', { chats: each.chats, max: each.maxChats })}
                </li>
              ))}
            </ul>
          )
        }
      >
        <Button size="small" icon={<Icon name="people" />}>
          {t('team')} {others.length}
        </Button>
      </Popover>
      {notices === 'ask' && (
        <Button size="small" onClick={askForNotices}>
          {t('notify')}
        </Button>
      )}
      {notices === 'blocked' && <span className="quiet">{t('notifyBlocked')}</span>}
    </div>
  )
}
