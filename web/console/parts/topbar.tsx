import { Button, Dropdown, Tooltip } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { Link } from 'react-router'
import { Icon } from '../../ui/icons.tsx'
import { language, useWords } from '../../ui/language.ts'
import { useLink } from '../../ui/live.ts'
import { type Appearance, appearance } from '../../ui/theme.ts'
import { duration, useNow } from '../../ui/time.tsx'
import { type Session, useSignOut } from '../data/session.ts'
import { shellWords } from '../words/shell.ts'
import { roleWords } from '../words/terms.ts'
import { Key } from './field.tsx'

const PasswordDialog = lazy(() => import('./password-dialog.tsx'))

/** Says truthfully whether the page is live: word and shape, not only colour. */
function Connection() {
  const t = useWords(shellWords)
  const lang = language.use()
  const link = useLink()
  const now = useNow()
  const hint = {
    live: t('liveHint'),
    connecting: t('connectingHint'),
    stale: t('staleHint', { time: duration(now - link.sinceMs + 38_000, lang) }),
    offline: t('offlineHint', { time: duration(now - link.sinceMs, lang) }),
  }[link.state]
  return (
    <Tooltip title={hint} placement="bottomRight">
      <output className={`link-state link-${link.state}`} aria-live="polite">
        <span className="link-dot" aria-hidden="true" />
        {t(link.state)}
      </output>
    </Tooltip>
  )
}

function AccountMenu({ session }: { session: Session }) {
  const t = useWords(shellWords)
  const role = useWords(roleWords)
  const chosen = appearance.use()
  const lang = language.use()
  const signOut = useSignOut()
  const [changing, setChanging] = useState(false)
  const looks: [Appearance, keyof typeof shellWords][] = [
    ['light', 'appearanceLight'],
    ['dark', 'appearanceDark'],
    ['system', 'appearanceSystem'],
  ]
  return (
    <>
      <Dropdown
        trigger={['click']}
        autoFocus
        placement="bottomRight"
        menu={{
          selectedKeys: [chosen],
          items: [
            {
              key: 'who',
              disabled: true,
              label: `${session.user.name} · ${session.user.roles.map((each) => role(each)).join(' / ')}`,
            },
            { type: 'divider' },
            {
              key: 'appearance',
              type: 'group',
              label: t('appearance'),
              children: looks.map(([key, word]) => ({
                key,
                label: t(word),
                onClick: () => appearance.set(key),
              })),
            },
            { type: 'divider' },
            {
              key: 'language',
              label: t('languageHint'),
              icon: <Icon name="globe" />,
              onClick: () => language.set(lang === 'zh' ? 'en' : 'zh'),
            },
            {
              key: 'password',
              label: t('changePassword'),
              icon: <Icon name="user" />,
              onClick: () => setChanging(true),
            },
            { key: 'out', label: t('signOut'), icon: <Icon name="back" />, onClick: () => void signOut() },
          ],
        }}
      >
        <Button type="text" icon={<Icon name="user" />} title={t('account')}>
          <span className="wide-only">{session.user.name}</span>
        </Button>
      </Dropdown>
      {changing && (
        <Suspense fallback={null}>
          <PasswordDialog close={() => setChanging(false)} />
        </Suspense>
      )}
    </>
  )
}

/** The top bar: where I am, is it live, who am I. */
export function Topbar({
  session,
  openRail,
  openShortcuts,
  create,
}: {
  session: Session
  openRail: () => void
  openShortcuts: () => void
  create: (() => void) | undefined
}) {
  const t = useWords(shellWords)
  const lang = language.use()
  return (
    <header className="topbar">
      <Button
        className="narrow-only"
        type="text"
        icon={<Icon name="menu" size={18} />}
        aria-label={t('menu')}
        onClick={openRail}
      />
      <Link to="/tickets" className="brand">
        <img src={new URL('../icon.svg', import.meta.url).href} alt="" width={24} height={24} />
        <strong>{t('product')}</strong>
      </Link>
      <div className="topbar-space" />
      <Connection />
      {create && (
        <Button type="primary" icon={<Icon name="plus" />} onClick={create}>
          <span className="wide-only">{t('newTicket')}</span>
          <Key className="wide-only">n</Key>
        </Button>
      )}
      <Button
        className="wide-only"
        type="text"
        title={t('languageHint')}
        onClick={() => language.set(lang === 'zh' ? 'en' : 'zh')}
      >
        {t('language')}
      </Button>
      <Tooltip title={`${t('shortcuts')} (?)`}>
        <Button
          className="wide-only"
          type="text"
          icon={<Icon name="keyboard" size={18} />}
          aria-label={t('shortcuts')}
          onClick={openShortcuts}
        />
      </Tooltip>
      <AccountMenu session={session} />
    </header>
  )
}
