import { expedite, type Progress, Refused, readProgress } from './api.ts'
import { el } from './dom.ts'
import { draw, drawRefused, drawWaiting, token } from './frame.ts'
import { replyBox } from './reply.ts'
import { moment, t, type Word } from './words.ts'

const receipt = token()
const quickMs = 1_000
/** A request that was just sent has its number within a moment. */
const firstMs = [150, 250, 500]
const slowMs = 15_000
const next: Readonly<Record<Progress['step'], Word>> = {
  received: 'nextReceived',
  opened: 'nextOpened',
  assigned: 'nextAssigned',
  working: 'nextWorking',
  done: 'nextDone',
  cancelled: 'nextCancelled',
}

const box = replyBox(receipt, () => setTimeout(() => void look(), quickMs))

let last: Progress | null = null
let lastAt = 0
let reachable = true
let timer: ReturnType<typeof setTimeout> | undefined
let looks = 0

function numberCard(progress: Progress): HTMLElement {
  return progress.number
    ? el(
        'div',
        { class: 'notice' },
        t('yourNumber'),
        el('strong', { class: 'number' }, progress.number),
        t('keep'),
      )
    : el('div', { class: 'notice' }, t('numberSoon'))
}

function stepList(progress: Progress): HTMLElement {
  const at = progress.steps.findIndex(({ key }) => key === progress.step)
  return el(
    'ol',
    { class: 'steps' },
    ...progress.steps.map(({ key, at: time }, index) => {
      const state = index < at ? 'past' : index === at ? 'now' : ''
      return el(
        'li',
        { class: state, ...(index === at ? { 'aria-current': 'step' } : {}) },
        t(key),
        time ? el('time', { datetime: time }, moment(time)) : null,
      )
    }),
  )
}

function appointmentLine(progress: Progress): HTMLElement | null {
  const { start, end } = progress.appointment ?? { start: null, end: null }
  if (!start && !end) return null
  const text = [start, end].flatMap((each) => (each ? [moment(each)] : [])).join(' – ')
  return el('p', {}, `${t('appointment')}: ${text}`)
}

function expediteButton(progress: Progress): HTMLElement | null {
  if (progress.finished || !progress.number) return null
  const waitMs = progress.expediteAfter ? Date.parse(progress.expediteAfter) - Date.now() : 0
  const said = el('p', { class: 'quiet', role: 'status' }, progress.expedited > 0 ? t('expedited') : '')
  const button = el(
    'button',
    { type: 'button', class: 'primary', disabled: waitMs > 0 },
    waitMs > 0 ? t('expediteLater', { n: Math.ceil(waitMs / 60_000) }) : t('expedite'),
  )
  button.addEventListener('click', () => {
    button.disabled = true
    expedite(receipt).then(show, (error: Refused) => {
      button.disabled = false
      said.textContent = error.message || t('unreachableHint')
    })
  })
  return el('div', {}, button, said)
}

function show(progress: Progress): void {
  last = progress
  lastAt = Date.now()
  paint()
}

/** What was said, newest last; each line keeps its place when a new one comes. */
function answers({ messages }: Progress): HTMLElement | null {
  if (messages.length === 0) return null
  return el(
    'section',
    { class: 'card', 'aria-label': t('answers') },
    ...messages.flatMap(({ at, author, text }) => [
      el('p', { class: 'quiet' }, `${t(author === 'customer' ? 'byCustomer' : 'byAgent')} · ${moment(at)}`),
      el('p', { class: author === 'customer' ? 'answer own' : 'answer' }, text),
    ]),
  )
}

function paint(): void {
  if (last) box.around(() => drawProgress(last!))
}

function drawProgress(last: Progress): void {
  const time = moment(new Date(lastAt).toISOString())
  draw(
    t('progressTitle'),
    last.hotline,
    el('h1', {}, t('progressTitle')),
    reachable
      ? el('p', { class: 'quiet' }, t('updated', { time }))
      : el('p', { class: 'notice notice-bad', role: 'alert' }, t('stale', { time })),
    numberCard(last),
    el(
      'section',
      { class: 'card' },
      el('p', {}, last.summary),
      el('p', { class: 'quiet' }, t(next[last.step], { engineer: last.engineer ?? t('engineer') })),
      appointmentLine(last),
      last.step === 'cancelled' ? null : stepList(last),
    ),
    answers(last),
    last.canReply ? box.element : null,
    expediteButton(last),
  )
}

/** Asks again soon while the number is missing, slowly afterwards, and not at all while nobody looks. */
function later(): void {
  clearTimeout(timer)
  if (last?.finished) return
  timer = setTimeout(() => void look(), last?.number ? slowMs : (firstMs[looks++] ?? quickMs))
}

async function look(): Promise<void> {
  if (document.hidden) return
  try {
    const progress = await readProgress(receipt)
    const same = reachable && JSON.stringify(progress) === JSON.stringify(last)
    reachable = true
    // Nothing is drawn anew under a reading finger while nothing changed.
    if (same) lastAt = Date.now()
    else show(progress)
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    if (error.status === 404 || error.status === 410 || !last) {
      drawRefused(error.status, () => void look())
      return
    }
    reachable = false
    paint()
  }
  later()
}

addEventListener('visibilitychange', () => void look())
addEventListener('online', () => void look())
drawWaiting()
void look()
