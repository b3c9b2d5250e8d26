import { Input } from 'antd'
import { useState } from 'react'
import { useWords } from '../../ui/language.ts'
import { routingWords } from '../words/directory.ts'

/** JSON as text: said to be wrong while it is wrong; hands over only what is valid. Works as a form's box. */
export function JsonEditor({
  value,
  onChange,
  rows = 14,
  label,
  id,
}: {
  value?: unknown
  onChange?: (value: unknown) => void
  rows?: number
  label?: string
  id?: string
}) {
  const t = useWords(routingWords)
  const shown = JSON.stringify(value ?? null, null, 2)
  const [draft, setDraft] = useState<{ text: string; of: string } | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  // A value that came from outside replaces what was typed.
  const text = draft && draft.of === shown ? draft.text : shown
  const edit = (next: string) => {
    try {
      const parsed: unknown = JSON.parse(next)
      setProblem(null)
      setDraft({ text: next, of: JSON.stringify(parsed, null, 2) })
      onChange?.(parsed)
    } catch (error) {
      setProblem((error as Error).message)
      setDraft({ text: next, of: shown })
    }
  }
  return (
    <>
      <Input.TextArea
        id={id}
        aria-label={label}
        aria-invalid={problem !== null}
        className="json-editor"
        status={problem ? 'error' : ''}
        spellCheck={false}
        rows={rows}
        value={text}
        onChange={(event) => edit(event.target.value)}
      />
      {problem && <p className="step-bad">{t('badJson', { reason: problem })}</p>}
    </>
  )
}
