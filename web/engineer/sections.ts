import { el } from '../customer/dom.ts'
import { lang, moment } from '../customer/words.ts'
import type { Job, JobFile } from './api.ts'
import { mapLinks } from './maps.ts'
import { t, term } from './words.ts'

type Shelf = (files: readonly JobFile[]) => HTMLElement | null

/** Number, urgency in words and colour, and how the job stands. */
export function head(job: Job): HTMLElement {
  const state =
    job.phase === 'asked' && job.answerBy
      ? t('asked', { time: moment(job.answerBy) })
      : term(`status.${job.status}`)
  return el(
    'header',
    { class: `job-head u-${job.urgency}` },
    el('h1', {}, `${job.number}${job.category ? ` · ${job.category}` : ''}`),
    el('p', {}, el('span', { class: 'badge' }, t(job.urgency)), el('strong', { role: 'status' }, state)),
  )
}

function row(label: string, ...content: readonly (Node | string | null)[]): HTMLElement {
  return el('div', { class: 'row' }, el('dt', {}, label), el('dd', {}, ...content))
}

function mapRow(job: Job): HTMLElement | null {
  const maps = mapLinks(job.address, job.point)
  if (!maps) return null
  const link = (name: 'amap' | 'tencent' | 'baidu') =>
    el(
      'a',
      {
        ...{ class: 'button', href: maps[name], target: '_blank', rel: 'noopener noreferrer' },
        'aria-label': `${t('openMap')}: ${t(name)}`,
      },
      t(name),
    )
  return el('div', { class: 'maps' }, link('amap'), link('tencent'), link('baidu'))
}

function customerRow({ customer }: Job): HTMLElement {
  const { name, phone, phoneMasked } = customer
  return row(
    t('customer'),
    name,
    phone
      ? el('a', { class: 'button call', href: `tel:${phone}` }, t('call', { n: phone }))
      : el('p', { class: 'quiet' }, phoneMasked ? `${phoneMasked} · ${t('phoneAfter')}` : t('noPhone')),
  )
}

/** Where, when and who. */
export function visit(job: Job): HTMLElement {
  const { start, end } = job.appointment ?? { start: null, end: null }
  const when = [start, end].flatMap((at) => (at ? [moment(at)] : [])).join(' – ')
  return el(
    'section',
    { class: 'card' },
    el(
      'dl',
      {},
      row(t('address'), job.address ?? t('noAddress'), mapRow(job)),
      row(t('appointment'), when || t('noAppointment')),
      customerRow(job),
    ),
  )
}

/** What is broken, in whose words, and on which device. */
export function fault(job: Job, shelf: Shelf): HTMLElement {
  const { model, serialNumber, warranty, warrantyUntil } = job.device
  const date = warrantyUntil ?? ''
  const covered =
    warranty === 'in'
      ? t('warrantyIn', { date })
      : warranty === 'out'
        ? t('warrantyOut', { date })
        : t('warrantyUnknown')
  const media = shelf(job.media)
  return el(
    'section',
    { class: 'card' },
    el(
      'dl',
      {},
      row(t('fault'), job.fault ?? job.summary),
      job.quotes.length > 0
        ? row(t('quotes'), ...job.quotes.map((quote) => el('blockquote', {}, quote)))
        : null,
      media && row(t('media'), media),
      model || job.category ? row(t('device'), [job.category, model].filter(Boolean).join(' ')) : null,
      serialNumber ? row(t('serial'), serialNumber) : null,
      row(t('warranty'), covered),
      job.ending.said ? row(t('solution'), job.ending.said) : null,
    ),
  )
}

/** A part that may be folded; it stays as the reader left it. */
function folded(
  open: Set<string>,
  key: string,
  title: string,
  ...content: readonly (Node | null)[]
): HTMLElement {
  return el(
    'details',
    {
      class: 'card',
      open: open.has(key),
      ontoggle: (event) => {
        if ((event.currentTarget as HTMLDetailsElement).open) open.add(key)
        else open.delete(key)
      },
    },
    el('summary', {}, title),
    ...content,
  )
}

function messageOf(message: Job['messages'][number], shelf: Shelf): HTMLElement {
  const { author, authorName, note, at, text, files, said } = message
  const by = { customer: t('byCustomer'), agent: authorName ?? t('byAgent'), system: t('bySystem') }[author]
  return el(
    'li',
    { class: note ? 'said note' : author === 'customer' ? 'said own' : 'said' },
    el('p', { class: 'quiet' }, [note ? t('note') : null, by, moment(at)].filter(Boolean).join(' · ')),
    // The words of a call stand below, one voice after the other.
    text && said.length === 0 ? el('p', { class: 'answer' }, text) : null,
    ...said.map(({ speaker, text: words }) =>
      el(
        'p',
        {},
        `${speaker === 'agent' ? t('byAgent') : speaker === 'customer' ? t('byCustomer') : '?'}: ${words}`,
      ),
    ),
    shelf(files),
  )
}

/** What was said, oldest first. */
export function conversation(job: Job, open: Set<string>, shelf: Shelf): HTMLElement | null {
  if (job.phase === 'asked') return null
  const { messages } = job
  return folded(
    open,
    'conversation',
    t('conversation', { n: messages.length }),
    messages.length === 0
      ? el('p', { class: 'quiet' }, t('noMessages'))
      : el('ol', { class: 'thread' }, ...messages.map((message) => messageOf(message, shelf))),
  )
}

function stepOf({ what, to, by, text, at }: Job['timeline'][number]): HTMLElement {
  const who = by === 'customer' ? t('byCustomer') : by === 'system' ? t('bySystem') : by
  const became = to === null ? '' : term(`${what === 'offer' ? 'offer' : 'status'}.${to}`)
  return el(
    'li',
    {},
    el('p', {}, term(what, { to: became, text: text ?? '' })),
    text && what !== 'offer' ? el('p', { class: 'answer' }, text) : null,
    el('p', { class: 'quiet' }, `${who} · ${moment(at)}`),
  )
}

/** What happened to the ticket, newest first. */
export function timeline(job: Job, open: Set<string>): HTMLElement | null {
  if (job.phase === 'asked') return null
  const steps = job.timeline.map(stepOf)
  return folded(open, 'timeline', t('timeline', { n: steps.length }), el('ol', { class: 'thread' }, ...steps))
}

/** Why this engineer. */
export function why(job: Job, open: Set<string>): HTMLElement | null {
  if (job.why.length === 0) return null
  return folded(open, 'why', t('why'), el('ul', {}, ...job.why.map((line) => el('li', {}, line[lang]))))
}
