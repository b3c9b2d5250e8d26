import { Button, InputNumber, Popover, Segmented } from 'antd'
import { Icon } from '../../ui/icons.tsx'
import { useWords } from '../../ui/language.ts'
import { type Answer, useTell } from '../data/hub.ts'
import { chatWords } from '../words/chats.ts'
import { askForNotices, useNotices } from './notices.ts'

type Desk = Answer<'desk.chats'>

/** Whether this person takes chats, and who else does. */
export function PresenceBar({ desk }: { desk: Desk }) {
  const t = useWords(chatWords)
  const { run, busy } = useTell()
  const notices = useNotices()
  const status = desk.me?.status ?? 'offline'
  const say = (next: typeof status, maxChats?: number) =>
    void run('desk.presence', { status: next, ...(maxChats ? { maxChats } : {}) }, null)
  const others = desk.agents.filter((each) => each.userId !== desk.me?.userId)
  return (
    <div className="presence" title={t('presenceHint')}>
      <Segmented
        aria-label={t('presence')}
        disabled={busy}
        value={status}
        onChange={(next) => say(next as typeof status)}
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
          value={desk.me?.maxChats ?? 5}
          onChange={(next) => next && say(status, next)}
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
