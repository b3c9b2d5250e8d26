import { Alert, App, Input, Modal } from 'antd'
import { useState } from 'react'
import { Refused } from '../../ui/api.ts'
import { useWords } from '../../ui/language.ts'
import { changePassword } from '../data/session.ts'
import { passwordWords, shellWords } from '../words/shell.ts'
import { Field } from './field.tsx'

const minLength = 10

/** Changes the own password: the present one, the new one twice, and what the hub says to it. */
export default function PasswordDialog({ close }: { close: () => void }) {
  const t = useWords(passwordWords)
  const s = useWords(shellWords)
  const { message } = App.useApp()
  const [given, setGiven] = useState({ current: '', next: '', again: '' })
  const [busy, setBusy] = useState(false)
  const [refused, setRefused] = useState<string | null>(null)
  const differ = given.again !== '' && given.again !== given.next
  const ready = given.current !== '' && given.next.length >= minLength && given.again === given.next
  const submit = async () => {
    if (!ready || busy) return
    setBusy(true)
    setRefused(null)
    try {
      await changePassword(given.current, given.next)
      message.success(t('changed'), 5)
      close()
    } catch (error) {
      const wrong = error instanceof Refused && error.code === 'access.bad_credentials'
      setRefused(wrong ? t('wrong') : error instanceof Refused ? error.message : String(error))
    } finally {
      setBusy(false)
    }
  }
  const box = (name: keyof typeof given, autoComplete: string) => (
    <Input.Password
      autoComplete={autoComplete}
      maxLength={200}
      value={given[name]}
      onChange={(event) => setGiven({ ...given, [name]: event.target.value })}
      onPressEnter={() => void submit()}
    />
  )
  return (
    <Modal
      open
      title={s('changePassword')}
      onCancel={close}
      onOk={() => void submit()}
      confirmLoading={busy}
      okButtonProps={{ disabled: !ready }}
    >
      <div className="stack">
        {refused && <Alert type="error" showIcon title={refused} />}
        <Field label={t('current')}>{box('current', 'current-password')}</Field>
        <Field label={t('next')} hint={t('rules')}>
          {box('next', 'new-password')}
        </Field>
        <Field label={t('again')} hint={differ && <span role="alert">{t('differ')}</span>}>
          {box('again', 'new-password')}
        </Field>
        <p className="quiet">{t('others')}</p>
      </div>
    </Modal>
  )
}
