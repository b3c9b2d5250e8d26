import { Button } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { Icon } from '../../ui/icons.tsx'
import { useWords } from '../../ui/language.ts'
import { ticketWords } from '../words/ticket.ts'
import { valueText } from './field-text.ts'

/** Two people changed one field: both values, and which of them shall stand. Nothing that was typed is lost before that. */
export function Conflict({
  name,
  theirs,
  mine,
  keepMine,
  keepTheirs,
}: {
  name: string
  theirs: unknown
  mine: unknown
  keepMine: () => Promise<boolean>
  keepTheirs: () => void
}) {
  const t = useWords(ticketWords)
  const [busy, setBusy] = useState(false)
  const box = useRef<HTMLDivElement>(null)
  const text = (value: unknown) => valueText(name, value, t('yes'), t('no')) || t('blank')
  useEffect(() => {
    // The box that had the focus is gone; whoever went on to another one stays there.
    if (document.activeElement === document.body) box.current?.focus()
  }, [])
  return (
    <div className="conflict" role="alert" ref={box} tabIndex={-1}>
      <p className="field-problem">
        <Icon name="alert" size={13} />
        {t('conflict')}
      </p>
      <p>{t('theirs', { value: text(theirs) })}</p>
      <p>{t('mine', { value: text(mine) })}</p>
      <div className="conflict-actions">
        <Button size="small" onClick={keepTheirs}>
          {t('keepTheirs')}
        </Button>
        <Button
          size="small"
          type="primary"
          loading={busy}
          onClick={() => {
            setBusy(true)
            void keepMine().finally(() => setBusy(false))
          }}
        >
          {t('keepMine')}
        </Button>
      </div>
    </div>
  )
}
