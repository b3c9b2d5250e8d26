import { Button, Input } from 'antd'
import { type FormEvent, type ReactNode, useState } from 'react'
import { useWords } from '../../ui/language.ts'
import { commonWords } from '../words/terms.ts'

/** Texts by the key of their box. */
export type Parts = Readonly<Record<string, string | null | undefined>>

/** Several boxes for one value: the address by its levels, an appointment by its ends. */
export function Compound({
  parts,
  value,
  change,
  submit,
  cancel,
  type,
  children,
}: {
  parts: readonly { readonly key: string; readonly label: string; readonly wide?: boolean }[]
  value: Parts
  change: (key: string, text: string | null) => void
  submit: () => Promise<unknown>
  cancel: () => void
  type: 'text' | 'datetime-local'
  children?: ReactNode
}) {
  const t = useWords(commonWords)
  const [busy, setBusy] = useState(false)
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    if (busy) return
    setBusy(true)
    void submit().finally(() => setBusy(false))
  }
  return (
    <form
      className="compound"
      onSubmit={onSubmit}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.nativeEvent.isComposing) cancel()
      }}
    >
      {parts.map((part, index) => (
        // biome-ignore lint/a11y/noLabelWithoutControl: the box below is the control
        <label key={part.key} className={part.wide ? 'wide' : undefined}>
          <span className="quiet">{part.label}</span>
          <Input
            type={type}
            autoFocus={index === 0}
            {...(type === 'text' ? { maxLength: 200 } : {})}
            value={value[part.key] ?? ''}
            onChange={(event) => change(part.key, event.target.value || null)}
          />
        </label>
      ))}
      {children}
      <div className="compound-actions">
        <Button size="small" onClick={cancel}>
          {t('cancel')}
        </Button>
        <Button size="small" type="primary" htmlType="submit" loading={busy}>
          {t('save')}
        </Button>
      </div>
    </form>
  )
}
