import { Alert, App, Select } from 'antd'
import { useState } from 'react'
import { Icon } from '../../ui/icons.tsx'
import { useWords } from '../../ui/language.ts'
import { useAsk } from '../data/hub.ts'
import type { Evidence, Ticket, TicketLabel } from '../data/ticket.ts'
import type { Risk } from '../data/tickets.ts'
import { RiskMark, TagMark } from '../parts/label-marks.tsx'
import { labelWords, riskWords } from '../words/labels.ts'
import { useChange } from './change.ts'
import { dark, litBy, useLit } from './lit.ts'

type Named =
  | { readonly kind: 'tag'; readonly value: string }
  | { readonly kind: 'risk'; readonly value: Risk }

const firstTurn = (evidence: readonly Evidence[]) =>
  evidence.flatMap((each) => (each.kind === 'span' ? [each] : []))[0]
const methods = { human: 'byPerson', llm: 'byModel', rules: 'byRules' } as const

/** One label: pointing at it lights up its words, a press goes to them. */
function Chip({ named, label, remove }: { named: Named; label: TicketLabel; remove: () => void }) {
  const t = useWords(labelWords)
  const risk = useWords(riskWords)
  const { light, goTo } = useLit()
  const name = named.kind === 'risk' ? risk(named.value) : named.value.replaceAll('/', ' / ')
  const span = firstTurn(label.evidence)
  const hint = [name, t(methods[label.method]), ...(span ? [t('said', { quote: span.quote })] : [])].join(
    '\n',
  )
  const mark = named.kind === 'risk' ? <RiskMark risk={named.value} /> : <TagMark path={named.value} />
  const show = () => light(litBy(label.evidence))
  return (
    <li className="label" title={hint} onPointerEnter={show} onPointerLeave={() => light(dark)}>
      {span ? (
        <button
          type="button"
          className="label-words"
          aria-label={t('showWords', { name })}
          onFocus={show}
          onBlur={() => light(dark)}
          onClick={() => {
            show()
            goTo(span.turn)
          }}
        >
          {mark}
        </button>
      ) : (
        mark
      )}
      <button type="button" className="label-remove" aria-label={t('remove', { name })} onClick={remove}>
        <Icon name="close" size={12} />
      </button>
    </li>
  )
}

/** What can be put on: the risks and the branches of the tree that are not there yet. */
function useOptions(ticket: Ticket) {
  const t = useWords(labelWords)
  const risk = useWords(riskWords)
  const tree = useAsk('tag.tree', {})
  const has = new Set([
    ...ticket.tags.map(({ value }) => `tag:${value}`),
    ...ticket.risks.map(({ value }) => `risk:${value}`),
  ])
  const fresh = (options: { value: string; label: string }[]) =>
    options.filter(({ value }) => !has.has(value))
  const risks = (Object.keys(riskWords) as Risk[]).map((value) => ({
    value: `risk:${value}`,
    label: risk(value),
  }))
  const tags = (tree.data?.branches ?? []).map(({ path }) => ({
    value: `tag:${path}`,
    label: path.replaceAll('/', ' / '),
  }))
  return {
    failed: tree.error !== null && !tree.data,
    loading: tree.isPending,
    options: [
      { label: t('risks'), options: fresh(risks) },
      { label: t('tags'), options: fresh(tags) },
    ],
  }
}

/** Tags and risks of a ticket, each with the words that decided it; people add and remove. */
export function Labels({ ticket }: { ticket: Ticket }) {
  const t = useWords(labelWords)
  const risk = useWords(riskWords)
  const { message } = App.useApp()
  const change = useChange(ticket.id)
  const { options, loading, failed } = useOptions(ticket)
  const [busy, setBusy] = useState(false)
  const put = async (text: string) => {
    const [kind = '', ...rest] = text.split(':')
    const label = { kind, value: rest.join(':') } as Named
    setBusy(true)
    await change('ticket.addLabel', { label })
    setBusy(false)
  }
  const remove = async (label: Named) => {
    const name = label.kind === 'risk' ? risk(label.value) : label.value.replaceAll('/', ' / ')
    if (await change('ticket.removeLabel', { label })) message.success(t('removed', { name }), 3)
  }
  const chips = [
    ...ticket.risks.map((label) => ({ label, named: { kind: 'risk', value: label.value } as Named })),
    ...ticket.tags.map((label) => ({ label, named: { kind: 'tag', value: label.value } as Named })),
  ]
  return (
    <section className="ticket-labels" aria-label={t('title')}>
      {chips.length === 0 && <span className="quiet">{t('none')}</span>}
      {chips.length > 0 && (
        <ul>
          {chips.map(({ label, named }) => (
            <Chip
              key={`${named.kind}:${named.value}`}
              named={named}
              label={label}
              remove={() => void remove(named)}
            />
          ))}
        </ul>
      )}
      <Select
        className="label-add"
        size="small"
        aria-label={t('add')}
        placeholder={t('add')}
        showSearch={{ optionFilterProp: 'label' }}
        popupMatchSelectWidth={320}
        loading={loading}
        disabled={busy}
        value={null}
        onChange={(next: string | null) => next && void put(next)}
        options={options}
      />
      {failed && <Alert type="warning" showIcon title={t('noTree')} />}
    </section>
  )
}
