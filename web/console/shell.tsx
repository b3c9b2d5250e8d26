import { Skeleton } from 'antd'
import { lazy, Suspense, useEffect, useState } from 'react'
import { NavLink, Route, Routes, useLocation, useNavigate } from 'react-router'
import { Icon } from '../ui/icons.tsx'
import { useWords } from '../ui/language.ts'
import { useLiveStream } from '../ui/live.ts'
import { useFollowChanges } from './data/follow.ts'
import { mayDo, type Session } from './data/session.ts'
import { useFocusReturn } from './focus.ts'
import { type KeyMap, useKeySequences, useKeys } from './keys.ts'
import { ContactPage, IncidentPage, LabelPage, type Page, pages, SitePage, TicketPage } from './pages.ts'
import { CrashGuard, EmptyState } from './parts/broken.tsx'
import { Key } from './parts/field.tsx'
import { Home } from './parts/home.tsx'
import { SessionContext } from './parts/session-context.ts'
import { Topbar } from './parts/topbar.tsx'
import { UnservedNotice } from './parts/unserved.tsx'
import { shellWords } from './words/shell.ts'

const ShortcutSheet = lazy(() => import('./parts/shortcut-sheet.tsx'))
const quickTicket = () => import('./parts/quick-ticket.tsx')
const QuickTicket = lazy(quickTicket)

const starters = ['g']

function Navigation({ shown, open, close }: { shown: readonly Page[]; open: boolean; close: () => void }) {
  const t = useWords(shellWords)
  return (
    <nav className={open ? 'rail rail-open' : 'rail'} aria-label={t('navigation')}>
      {(['work', 'manage'] as const).map((group) => {
        const inGroup = shown.filter((page) => page.group === group)
        if (inGroup.length === 0) return null
        return (
          <div key={group} className="rail-group">
            <h2>{t(group)}</h2>
            <ul>
              {inGroup.map((page) => (
                <li key={page.path}>
                  <NavLink to={page.path} onClick={close} title={t(page.word)}>
                    <Icon name={page.icon} size={18} />
                    <span>{t(page.word)}</span>
                    <Key>{`g ${page.key}`}</Key>
                  </NavLink>
                </li>
              ))}
            </ul>
          </div>
        )
      })}
    </nav>
  )
}

function PageSkeleton() {
  return (
    <div className="page-skeleton" aria-busy="true">
      <Skeleton active title={{ width: 180 }} paragraph={{ rows: 8 }} />
    </div>
  )
}

function PageRoutes({ shown }: { shown: readonly Page[] }) {
  const t = useWords(shellWords)
  return (
    <Routes>
      <Route path="/" element={<Home />} />
      <Route path="/tickets/:id" element={<TicketPage />} />
      <Route path="/contacts/:id" element={<ContactPage />} />
      <Route path="/incidents/:id" element={<IncidentPage />} />
      <Route path="/devices/sites" element={<SitePage />} />
      {pages.map((page) => (
        <Route
          key={page.path}
          path={page.path}
          element={shown.includes(page) ? <page.view /> : <EmptyState icon="audit" title={t('forbidden')} />}
        />
      ))}
      <Route
        path="*"
        element={
          <EmptyState icon="search" title={t('notFound')}>
            <NavLink to="/tickets">{t('toTickets')}</NavLink>
          </EmptyState>
        }
      />
    </Routes>
  )
}

/** The frame of the console: top bar, navigation, page, keyboard, and the live stream. */
export function Shell({ session }: { session: Session }) {
  const t = useWords(shellWords)
  const navigate = useNavigate()
  const { pathname } = useLocation()
  const [sheet, setSheet] = useState(false)
  const [quick, setQuick] = useState(false)
  const [railOpen, setRailOpen] = useState(false)
  const shown = pages.filter((page) => mayDo(session, page.roles))
  const mayCreate = mayDo(session, ['agent', 'supervisor', 'dispatcher'])
  const mayDispatch = mayDo(session, ['supervisor', 'dispatcher'])
  useLiveStream()
  useFollowChanges()
  useFocusReturn()
  const keys: Record<string, KeyMap[string]> = { '?': () => setSheet(true) }
  for (const page of shown) keys[`g ${page.key}`] = () => void navigate(page.path)
  if (mayCreate) keys.n = () => setQuick(true)
  useKeys(keys)
  useKeySequences(starters)
  useEffect(() => {
    // Fetched before it is asked for, or what is typed right after the key has no box to go to.
    if (mayCreate) quickTicket().catch(() => {})
  }, [mayCreate])
  useEffect(() => {
    const page = shown.find((each) => pathname.startsWith(each.path))
    document.title = `${page ? `${t(page.word)} · ` : ''}${t('product')}`
  }, [pathname, shown, t])
  if (pathname === '/devices/labels')
    return (
      <SessionContext value={session}>
        <CrashGuard key={pathname}>
          <Suspense fallback={<PageSkeleton />}>
            <LabelPage />
          </Suspense>
        </CrashGuard>
      </SessionContext>
    )
  return (
    <SessionContext value={session}>
      <a className="skip" href="#main">
        {t('skip')}
      </a>
      <div className="frame">
        <Topbar
          session={session}
          openRail={() => setRailOpen(!railOpen)}
          openShortcuts={() => setSheet(true)}
          create={mayCreate ? () => setQuick(true) : undefined}
        />
        <Navigation shown={shown} open={railOpen} close={() => setRailOpen(false)} />
        <main id="main" tabIndex={-1}>
          {mayDispatch && <UnservedNotice />}
          <CrashGuard key={pathname}>
            <Suspense fallback={<PageSkeleton />}>
              <PageRoutes shown={shown} />
            </Suspense>
          </CrashGuard>
        </main>
      </div>
      <Suspense>
        {sheet && <ShortcutSheet shown={shown} close={() => setSheet(false)} />}
        {quick && <QuickTicket close={() => setQuick(false)} />}
      </Suspense>
    </SessionContext>
  )
}
