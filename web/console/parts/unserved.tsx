import { Link } from 'react-router'
import { Icon } from '../../ui/icons.tsx'
import { useWords } from '../../ui/language.ts'
import { useUnserved } from '../data/tickets.ts'
import { ticketsWords } from '../words/tickets.ts'

const shown = 3

/** Says on every page that critical tickets have nobody, until somebody has them. */
export function UnservedNotice() {
  const t = useWords(ticketsWords)
  const { data = [] } = useUnserved(true)
  if (data.length === 0) return null
  return (
    <div className="unserved" role="alert">
      <Icon name="alert" size={18} />
      <strong>{t('unservedNotice', { n: data.length })}</strong>
      {data.slice(0, shown).map(({ id, number, summary }) => (
        <Link key={id} to={`/tickets/${id}`}>
          {number} {summary}
        </Link>
      ))}
      {data.length > shown && (
        <Link to="/tickets?status=open&urgency=critical&assignee=none">{t('unservedAll')}</Link>
      )}
    </div>
  )
}
