import { Button, Drawer } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { useWords } from '../../ui/language.ts'
import { useAsk } from '../data/hub.ts'
import type { Evidence } from '../data/ticket.ts'
import { Loaded } from '../parts/admin.tsx'
import { litBy, pieces, type Span } from '../ticket/lit.ts'
import { evaluationWords } from '../words/evaluation.ts'
import { shownValue, useClassName, useFieldName, useVoiceName } from './field-name.ts'

interface Why {
  readonly chosen: string
  readonly by: 'safety' | 'rule' | 'weights'
  readonly chances: readonly { readonly of: string; readonly chance: number }[]
  readonly voices: readonly { readonly name: string; readonly weight: number }[]
}

function Reasons({ field, why }: { field: string; why: Why }) {
  const t = useWords(evaluationWords)
  const name = useClassName()
  const fieldName = useFieldName()
  const voiceName = useVoiceName()
  return (
    <section className="why">
      <h4>
        {fieldName(field)}: {name(field, why.chosen)}
      </h4>
      <p className="quiet">
        {t(`by_${why.by}`)}
        {why.chances.length > 0 &&
          ` · ${why.chances.map(({ of, chance }) => `${name(field, of)} ${Math.round(chance * 100)}%`).join(', ')}`}
      </p>
      <ul className="voices">
        {why.voices.map((voice) => (
          <li key={voice.name} className={voice.weight > 0 ? 'voice-for' : 'voice-against'}>
            {voiceName(voice.name)} <span>{voice.weight > 0 ? `+${voice.weight}` : voice.weight}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** One case: what was said with the evidence of a field lit up, what is read in it, and why its classes are what they are. */
export function CaseDrawer({
  runId,
  caseId,
  field,
  close,
}: {
  runId: string
  caseId: string
  field: string
  close: () => void
}) {
  const t = useWords(evaluationWords)
  const fieldName = useFieldName()
  const className = useClassName()
  const [lit, setLit] = useState(field.split('.')[0]!)
  const asked = useAsk('evaluation.case', { runId, caseId })
  return (
    <Drawer open title={`${t('case')} ${asked.data?.label ?? ''}`} size={760} onClose={close}>
      <Loaded query={asked}>
        {(data) => {
          const evidence = data.fields.find((each) => each.field === lit)?.evidence ?? []
          const { spans } = litBy(evidence as unknown as readonly Evidence[])
          const spansOf = (turn: string): readonly Span[] => spans.get(turn) ?? []
          return (
            <div className="stack">
              {data.ticketId && <Link to={`/tickets/${data.ticketId}`}>{t('toTicket')}</Link>}
              <h3>{t('conversation')}</h3>
              <ul className="said">
                {data.turns.map((turn) => (
                  <li key={turn.id} className={`said-${turn.speaker}`}>
                    {pieces(turn.text, spansOf(turn.id)).map((piece) =>
                      piece.lit ? (
                        <mark key={piece.at}>{piece.text}</mark>
                      ) : (
                        <span key={piece.at}>{piece.text}</span>
                      ),
                    )}
                  </li>
                ))}
              </ul>
              <h3>{t('readNow')}</h3>
              {!data.read && <p className="quiet">{t('notRead')}</p>}
              <dl className="read-fields">
                {data.fields.map((each) => (
                  <div key={each.field}>
                    <dt>{fieldName(each.field)}</dt>
                    <dd>
                      <span>{className(each.field, shownValue(each.value))}</span>
                      <Button
                        size="small"
                        aria-pressed={lit === each.field}
                        aria-label={`${t('light')}: ${fieldName(each.field)}`}
                        type={lit === each.field ? 'primary' : 'default'}
                        onClick={() => setLit(each.field)}
                      >
                        {t('light')}
                      </Button>
                    </dd>
                  </div>
                ))}
              </dl>
              {Object.keys((data.why ?? {}) as object).length > 0 && <h3>{t('why')}</h3>}
              {Object.entries((data.why ?? {}) as unknown as Record<string, Why>).map(([name, why]) => (
                <Reasons key={name} field={name} why={why} />
              ))}
            </div>
          )
        }}
      </Loaded>
    </Drawer>
  )
}
