import { Icon } from '../../ui/icons.tsx'
import { useWords } from '../../ui/language.ts'
import type { MoodStep, Ticket } from '../data/ticket.ts'
import { moodWords } from '../words/labels.ts'
import { sentimentWords } from '../words/terms.ts'
import { dark, litBy, useLit } from './lit.ts'

/** Steps that fit beside each other; earlier ones are left out. */
const most = 40

function Step({ step, n }: { step: MoodStep; n: number }) {
  const t = useWords(moodWords)
  const mood = useWords(sentimentWords)
  const { light, goTo } = useLit()
  const quote = step.evidence.flatMap((each) => (each.kind === 'span' ? [each.quote] : []))[0]
  const said = quote
    ? t('stepSaid', { n, mood: mood(step.sentiment), quote })
    : t('step', { n, mood: mood(step.sentiment) })
  const show = () => light(litBy(step.evidence))
  return (
    <li>
      <button
        type="button"
        className={`mood mood-${step.sentiment}`}
        aria-label={said}
        title={said}
        onPointerEnter={show}
        onPointerLeave={() => light(dark)}
        onFocus={show}
        onBlur={() => light(dark)}
        onClick={() => {
          show()
          goTo(step.turn)
        }}
      >
        <span />
      </button>
    </li>
  )
}

const trendIcons = { better: 'up', worse: 'down', steady: 'dash' } as const

/** How the customer felt, a step for each turn: the higher the better. A press goes to the message. */
export function Moods({ moods }: { moods: Ticket['moods'] }) {
  const t = useWords(moodWords)
  const { steps, trend } = moods
  if (steps.length === 0) return null
  const first = Math.max(0, steps.length - most)
  return (
    <section className="moods" aria-label={t('title')}>
      <span className="quiet">{t('title')}</span>
      <ol>
        {steps.slice(first).map((step, i) => (
          <Step key={step.turn} step={step} n={first + i + 1} />
        ))}
      </ol>
      <span className={`trend trend-${trend}`}>
        <Icon name={trendIcons[trend]} size={14} />
        {t(trend)}
      </span>
    </section>
  )
}
