import { Alert, Button, Input } from 'antd'
import { type FormEvent, useState } from 'react'
import type { Refused } from '../../ui/api.ts'
import { Icon } from '../../ui/icons.tsx'
import { language, useWords } from '../../ui/language.ts'
import { signIn } from '../data/session.ts'
import { shellWords, signInWords } from '../words/shell.ts'
import { Field } from './field.tsx'

/** The two boxes and what the hub says to them. */
function useSignIn(onDone: () => void) {
  const [login, setLogin] = useState('')
  const [password, setPassword] = useState('')
  const [busy, setBusy] = useState(false)
  const [refused, setRefused] = useState<Refused | null>(null)

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (!login || !password) return
    setBusy(true)
    setRefused(null)
    try {
      await signIn(login, password)
      onDone()
    } catch (error) {
      setRefused(error as Refused)
      setPassword('')
    } finally {
      setBusy(false)
    }
  }
  return { login, setLogin, password, setPassword, busy, refused, submit }
}

/** The sign-in page: says what went wrong, when to try again, and where the first password is. */
export function SignIn({ ended, onDone }: { ended: boolean; onDone: () => void }) {
  const t = useWords(signInWords)
  const s = useWords(shellWords)
  const lang = language.use()
  const { login, setLogin, password, setPassword, busy, refused, submit } = useSignIn(onDone)
  return (
    <main className="sign-in">
      <form className="sign-in-card" onSubmit={(event) => void submit(event)}>
        <header>
          <img src={new URL('../icon.svg', import.meta.url).href} alt="" width={40} height={40} />
          <div>
            <h1>{s('product')}</h1>
            <p className="quiet">{s('slogan')}</p>
          </div>
        </header>
        {ended && !refused && (
          <Alert type="info" showIcon title={t('endedTitle')} description={t('expired')} />
        )}
        {refused && (
          <Alert
            type={refused.code === 'access.locked' ? 'warning' : 'error'}
            showIcon
            title={refused.code === 'access.locked' ? t('lockedTitle') : t('failed')}
            description={refused.message}
          />
        )}
        <Field label={t('login')}>
          <Input
            size="large"
            autoFocus
            autoComplete="username"
            value={login}
            onChange={(event) => setLogin(event.target.value)}
          />
        </Field>
        <Field label={t('password')}>
          <Input.Password
            size="large"
            autoComplete="current-password"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        </Field>
        <Button
          type="primary"
          size="large"
          htmlType="submit"
          loading={busy}
          disabled={!login || !password}
          block
        >
          {t('submit')}
        </Button>
        <details className="quiet">
          <summary>{t('firstRun')}</summary>
          <p>{t('firstRunHint')}</p>
        </details>
        <Button
          type="link"
          size="small"
          className="sign-in-language"
          title={s('languageHint')}
          onClick={() => language.set(lang === 'zh' ? 'en' : 'zh')}
          icon={<Icon name="globe" />}
        >
          {s('language')}
        </Button>
      </form>
    </main>
  )
}
