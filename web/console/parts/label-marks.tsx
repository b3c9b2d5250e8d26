import { Icon, type IconName } from '../../ui/icons.tsx'
import { useWords } from '../../ui/language.ts'
import type { Risk } from '../data/tickets.ts'
import { riskWords } from '../words/labels.ts'

const riskIcons: Readonly<Record<Risk, IconName>> = { legal: 'audit', media: 'globe', safety: 'fire' }

/** A risk: colour, icon and word together. */
export function RiskMark({ risk }: { risk: Risk }) {
  const t = useWords(riskWords)
  return (
    <span className={`risk risk-${risk}`}>
      <Icon name={riskIcons[risk]} size={13} />
      {t(risk)}
    </span>
  )
}

/** The last name of a path; the whole path is in the title. */
export function TagMark({ path }: { path: string }) {
  return (
    <span className="tag" title={path.replaceAll('/', ' / ')}>
      {path.split('/').at(-1)}
    </span>
  )
}
