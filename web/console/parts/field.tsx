import type { ReactNode } from 'react'
import { useWords } from '../../ui/language.ts'
import { commonWords } from '../words/terms.ts'

/** A labelled box; `hint` stands below it, `optional` says so beside the label. */
export function Field({
  label,
  hint,
  optional,
  children,
}: {
  label: string
  hint?: ReactNode
  optional?: boolean
  children: ReactNode
}) {
  const t = useWords(commonWords)
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is the child
    <label className="field">
      <span className="field-name">
        {label}
        {optional && <span className="quiet"> · {t('optional')}</span>}
      </span>
      {children}
      {hint && <span className="field-hint">{hint}</span>}
    </label>
  )
}

/** A key shown beside what it does; drawn by the style sheet, so that it is no part of a button's name. */
export function Key({ children, className }: { children: string; className?: string }) {
  // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a kbd element takes no focus
  return <kbd aria-hidden="true" className={className} data-key={children} />
}
