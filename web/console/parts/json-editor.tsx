import { Input } from 'antd'
import { useState } from 'react'
import { useWords } from '../../ui/language.ts'
import { routingWords } from '../words/directory.ts'

/** Why a value of the editor is no JSON; null when it is. What is not JSON yet is handed over as the text that it is. */
export function jsonProblem(value: unknown): string | null {
  if (typeof value !== 'string') return null
  try {
    JSON.parse(value)
    return value
  } catch (error) {
    return (error as Error).message
  }
}

/** Keeps a form from being sent with a text that is not JSON. */
export function useJsonRule() {
  const t = useWords(routingWords)
  return {
    validator: async (_: unknown, value: unknown) => {
      const reason = jsonProblem(value)
      if (reason !== null) throw new Error(t('badJson', { reason }))
    },
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** JSON as text: said to be wrong while it is wrong, and then handed over as text. Works as a form's box. */
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
  const [typed, setTyped] = useState<{ readonly text: string; readonly of: unknown } | null>(null)
  // A value that came from outside replaces what was typed.
  const isTyped = typed !== null && JSON.stringify(typed.of) === JSON.stringify(value)
  const stored = typeof value === 'string' ? value : JSON.stringify(value ?? null, null, 2)
  const problem = jsonProblem(value)
  return (
    <>
      <Input.TextArea
        id={id}
        aria-label={label}
        aria-invalid={problem !== null}
        className="json-editor"
        status={problem === null ? '' : 'error'}
        spellCheck={false}
        rows={rows}
        value={isTyped ? typed.text : stored}
        onChange={({ target: { value: text } }) => {
          setTyped({ text, of: parsed(text) })
          onChange?.(parsed(text))
        }}
      />
      {problem !== null && <p className="step-bad">{t('badJson', { reason: problem })}</p>}
    </>
  )
}
