import { Button } from 'antd'
import { Component, type ReactNode } from 'react'
import { Link, useLocation, useParams } from 'react-router'
import { Refused } from '../../ui/api.ts'
import { Icon } from '../../ui/icons.tsx'
import { language, say, useWords } from '../../ui/language.ts'
import { shellWords } from '../words/shell.ts'
import { commonWords } from '../words/terms.ts'

/** Whether what the address names is not there: to ask again is of no use then. An id that is none names nothing either. */
function useAbsent(error: unknown): boolean {
  const { id } = useParams()
  if (!(error instanceof Refused)) return false
  return error.status === 404 || (id !== undefined && error.code === 'request.invalid')
}

/** Something does not exist, or not for this person: the way back to the list that it would be in. */
function Absent() {
  const t = useWords(commonWords)
  const { pathname, search } = useLocation()
  const list = `/${pathname.split('/')[1]}`
  return (
    <EmptyState icon="search" title={t('absent')} hint={t('absentHint')}>
      {list !== pathname + search && <Link to={list}>{t('toList')}</Link>}
    </EmptyState>
  )
}

/** Something could not be read: what happened, what was kept, and what to do. */
export function Broken({ error, retry }: { error: unknown; retry?: () => void }) {
  const t = useWords(commonWords)
  const absent = useAbsent(error)
  if (absent) return <Absent />
  const message = error instanceof Error ? error.message : String(error)
  const code = error instanceof Refused && error.code !== 'network' ? error.code : null
  return (
    <div className="notice" role="alert">
      <Icon name="alert" size={28} className="notice-icon" />
      <h2>{t('failed')}</h2>
      <p>{message}</p>
      <p className="quiet">{t('failedKept')}</p>
      {code && <code className="quiet">{code}</code>}
      {retry && (
        <Button onClick={retry} type="primary">
          {t('retry')}
        </Button>
      )}
    </div>
  )
}

/** Nothing there yet: says what will appear and how to get there. */
export function EmptyState({
  title,
  hint,
  children,
  icon = 'inbox',
}: {
  title: string
  hint?: string
  children?: ReactNode
  icon?: Parameters<typeof Icon>[0]['name']
}) {
  return (
    <div className="notice">
      <Icon name={icon} size={32} className="notice-icon" />
      <h2>{title}</h2>
      {hint && <p>{hint}</p>}
      {children && <div className="notice-actions">{children}</div>}
    </div>
  )
}

/** Catches a crash of one page, so that the frame around it stays usable. */
export class CrashGuard extends Component<{ children: ReactNode }, { crashed: boolean }> {
  override state = { crashed: false }

  static getDerivedStateFromError() {
    return { crashed: true }
  }

  override render() {
    if (!this.state.crashed) return this.props.children
    const lang = language.get()
    return (
      <div className="notice" role="alert">
        <Icon name="alert" size={28} className="notice-icon" />
        <h2>{say(shellWords, lang, 'crashed')}</h2>
        <p>{say(shellWords, lang, 'crashedHint')}</p>
        <Button type="primary" onClick={() => this.setState({ crashed: false })}>
          {say(shellWords, lang, 'reload')}
        </Button>
      </div>
    )
  }
}
