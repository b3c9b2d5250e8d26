import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { App as AntApp, ConfigProvider } from 'antd'
import zhCN from 'antd/es/locale/zh_CN.js'
import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react'
import { BrowserRouter } from 'react-router'
import { Refused } from '../ui/api.ts'
import { language } from '../ui/language.ts'
import { appearance, consoleTheme } from '../ui/theme.ts'
import { useSession } from './data/session.ts'
import { nonce } from './nonce.ts'
import { Broken } from './parts/broken.tsx'
import { SignIn } from './parts/sign-in.tsx'
import { Shell } from './shell.tsx'

/** A session that ended anywhere leads back to the sign-in page; what was typed stays in this browser. */
function noticeSignOut(error: unknown, query: { queryKey: readonly unknown[] }) {
  if (error instanceof Refused && error.status === 401 && query.queryKey[0] !== 'session')
    void client.invalidateQueries({ queryKey: ['session'] })
}

const client: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: (error, query) => noticeSignOut(error, query) }),
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // The live stream says what changed; a window that comes back asks only for what is stale.
      refetchOnWindowFocus: true,
      retry: (count, error) => error instanceof Refused && error.status === 0 && count < 2,
    },
  },
})

/** What a person chose for the whole machine, followed while it changes. */
function machineWish(query: string): () => boolean {
  const wish = matchMedia(query)
  const listen = (listener: () => void) => {
    wish.addEventListener('change', listener)
    return () => wish.removeEventListener('change', listener)
  }
  return () => useSyncExternalStore(listen, () => wish.matches)
}
const useMachineDark = machineWish('(prefers-color-scheme: dark)')
const useMachineStill = machineWish('(prefers-reduced-motion: reduce)')

/** The types call the locale a CommonJS module; the bundler reads its ES form, whose default is the locale itself. */
const chinese = zhCN as unknown as (typeof zhCN)['default']

function Signed() {
  const session = useSession()
  // Somebody who was in and is out without having asked for it is told why.
  const wasSignedIn = useRef(false)
  if (session.data) wasSignedIn.current = true
  if (session.isPending) return null
  if (session.error) return <Broken error={session.error} retry={() => void session.refetch()} />
  if (!session.data) return <SignIn ended={wasSignedIn.current} onDone={() => void session.refetch()} />
  return <Shell session={session.data} />
}

/** The console: theme, language and session around everything. */
export function App() {
  const lang = language.use()
  const chosen = appearance.use()
  const machine = useMachineDark()
  const dark = chosen === 'dark' || (chosen === 'system' && machine)
  const still = useMachineStill()
  const theme = useMemo(() => consoleTheme(dark, still), [dark, still])
  useEffect(() => {
    document.documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en'
    document.documentElement.dataset.theme = dark ? 'dark' : 'light'
  }, [lang, dark])
  return (
    <ConfigProvider
      theme={theme}
      locale={lang === 'zh' ? chinese : undefined}
      csp={{ nonce }}
      componentSize="middle"
      button={{ autoInsertSpace: false }}
    >
      <AntApp component={false} message={{ maxCount: 3 }}>
        <QueryClientProvider client={client}>
          <BrowserRouter>
            <Signed />
          </BrowserRouter>
        </QueryClientProvider>
      </AntApp>
    </ConfigProvider>
  )
}
