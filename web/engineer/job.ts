import { el } from '../customer/dom.ts'
import { draw, drawWaiting, token } from '../customer/frame.ts'
import { moment } from '../customer/words.ts'
import { actBar, noteBox } from './acts.ts'
import { type Job, Refused, readJob } from './api.ts'
import { fileShelf } from './files.ts'
import { conversation, fault, head, timeline, visit, why } from './sections.ts'
import { t } from './words.ts'

const link = token()
/** How often the page looks while somebody looks at it, ms. */
const lookMs = 4_000

// A file that stands in two places has two elements.
const [ofFault, ofThread] = [fileShelf(link), fileShelf(link)]
const open = new Set<string>()
const doing = { link, did: (job: Job | null) => (job ? show(job) : void look()) }
const bar = actBar(doing)
const note = noteBox(doing)

let last: Job | null = null
let lastAt = 0
let reachable = true
let over = false
let timer: ReturnType<typeof setTimeout> | undefined

/** Draws, and gives back to whoever types their place in the text. */
function keepingFocus(paint: () => void): void {
  const { activeElement } = document
  const typing = activeElement instanceof HTMLTextAreaElement ? activeElement : null
  const [start, end] = typing ? [typing.selectionStart, typing.selectionEnd] : [0, 0]
  const { scrollY } = window
  paint()
  if (activeElement instanceof HTMLElement && activeElement !== document.body && activeElement.isConnected)
    activeElement.focus({ preventScroll: true })
  typing?.setSelectionRange(start, end)
  window.scrollTo(0, scrollY)
}

function paint(): void {
  if (!last) return
  const job = last
  const time = moment(new Date(lastAt).toISOString())
  bar.show(job)
  keepingFocus(() =>
    draw(
      `${t('title')} ${job.number}`,
      null,
      head(job),
      reachable
        ? el('p', { class: 'quiet' }, t('updated', { time }))
        : el('p', { class: 'notice notice-bad', role: 'alert' }, t('stale', { time })),
      visit(job),
      fault(job, ofFault),
      job.phase === 'mine' ? note : null,
      conversation(job, open, ofThread),
      timeline(job, open),
      why(job, open),
      bar.element,
    ),
  )
}

function show(job: Job): void {
  last = job
  lastAt = Date.now()
  reachable = true
  paint()
  later()
}

/** Why there is nothing to see, in the hub's own words. */
function drawGone(error: Refused): void {
  over = true
  last = null
  draw(
    t('gone'),
    null,
    el('h1', {}, t('gone')),
    el('p', { class: 'notice notice-bad', role: 'alert' }, error.message),
    el('p', { class: 'quiet' }, t('goneHint')),
  )
}

function drawUnreachable(): void {
  draw(
    t('unreachable'),
    null,
    el('h1', {}, t('unreachable')),
    el('p', { class: 'notice notice-bad', role: 'alert' }, t('unreachableHint')),
    el('button', { type: 'button', class: 'primary', onclick: () => void look() }, t('again')),
  )
}

function later(): void {
  clearTimeout(timer)
  if (!over) timer = setTimeout(() => void look(), lookMs)
}

async function look(): Promise<void> {
  if (document.hidden || over) return
  clearTimeout(timer)
  try {
    const job = await readJob(link, last?.stamp ?? '')
    if (job) return show(job)
    lastAt = Date.now()
    if (!reachable) {
      reachable = true
      paint()
    }
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    if (error.status === 404 || error.status === 410) return drawGone(error)
    if (!last) drawUnreachable()
    else if (reachable) {
      reachable = false
      paint()
    }
  }
  later()
}

addEventListener('visibilitychange', () => void look())
addEventListener('online', () => void look())
drawWaiting()
void look()
