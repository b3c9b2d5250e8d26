import { el, fill } from '../customer/dom.ts'
import { moment } from '../customer/words.ts'
import { unsent } from '../ui/unsent.ts'
import { type Act, doAct, type Job, Refused } from './api.ts'
import { endingBoxes } from './ending.ts'
import { keptText } from './kept.ts'
import { t, type Word } from './words.ts'

const hour = 3_600_000

/** Moments to which a job is put off: in an hour, in four, and the next three mornings at nine of the phone's clock. */
function putOff(nowMs: number): number[] {
  const mornings = [1, 2, 3].map((days) => {
    const day = new Date(nowMs)
    day.setDate(day.getDate() + days)
    day.setHours(9, 0, 0, 0)
    return day.getTime()
  })
  return [nowMs + hour, nowMs + 4 * hour, ...mornings]
}

interface Doing {
  readonly link: string
  /** Called with the job as it is afterwards; null when it is not the engineer's any more. */
  readonly did: (job: Job | null) => void
}

/** Sends what a person does, once however often they tap; says beside the button what came of it. */
function sender({ link, did }: Doing, said: HTMLElement) {
  let wish = ''
  let actionId = ''
  let busy = false
  return async (act: Act): Promise<boolean> => {
    if (busy) return false
    busy = true
    // A tap after a lost answer is the same act; another wish is another one.
    if (wish !== JSON.stringify(act)) {
      wish = JSON.stringify(act)
      actionId = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
        byte.toString(16).padStart(2, '0'),
      ).join('')
    }
    said.className = 'quiet'
    said.textContent = t('sending')
    try {
      const job = await doAct(link, actionId, act)
      wish = ''
      said.textContent = ''
      did(job)
      return true
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      said.className = 'wrong'
      said.textContent = error.status === 0 ? t('offline') : t('failed', { reason: error.message })
      // Somebody was faster, or it was taken back: the page shows what became of it.
      if (error.status === 409 || error.status === 410) did(null)
      return false
    } finally {
      busy = false
    }
  }
}

type Asking = 'reject' | 'hold' | 'resolve'
const asking: Readonly<Record<Asking, { label: Word; hint: Word | null; sure: Word }>> = {
  reject: { label: 'rejectWhy', hint: null, sure: 'rejectSure' },
  hold: { label: 'holdWhy', hint: 'holdHint', sure: 'holdSure' },
  resolve: { label: 'resolveText', hint: 'resolveHint', sure: 'resolveSure' },
}

function untilBox(): HTMLSelectElement {
  const moments = putOff(Date.now()).map((ms) =>
    el('option', { value: String(ms) }, moment(new Date(ms).toISOString())),
  )
  return el('select', { id: 'act-until' }, ...moments)
}

/** The form that one of the acts asks for: its boxes, and what is sent, or the words that say what is missing. */
function formFor(name: Asking, job: Job) {
  const { label, hint } = asking[name]
  const needed = name === 'resolve' && job.ending.words === 'required'
  const input = el('textarea', {
    ...{ id: 'act-text', rows: '2', maxlength: '500', 'aria-describedby': 'act-said' },
    ...(hint ? { placeholder: t(hint) } : {}),
  })
  const until = name === 'hold' ? untilBox() : null
  const ending = name === 'resolve' ? endingBoxes(job) : null
  const missing = (text: string): string | null => {
    if (text === '' && (needed || name === 'hold')) {
      input.focus()
      return t(needed ? 'resolveNeeded' : 'required')
    }
    const title = ending?.empty() ?? null
    return title === null ? null : t('endFieldNeeded', { title })
  }
  const act = (text: string): Act => {
    if (until) return { act: 'hold', reason: text, untilMs: Number(until.value) }
    return ending ? { act: 'resolve', text, values: ending.values() } : { act: 'reject', reason: text }
  }
  const elements = [
    el('label', { for: 'act-text' }, t(needed ? 'resolveTextNeeded' : label)),
    input,
    ...(until ? [el('label', { for: 'act-until' }, t('holdUntil')), until] : []),
    ...(ending?.elements ?? []),
  ]
  return { elements, input, missing, act }
}

/** The bar at the foot: what may be done now, and the words that some of it asks for. One element for the life of the page. */
export function actBar(doing: Doing) {
  const said = el('p', { class: 'quiet', role: 'status', id: 'act-said' })
  const send = sender(doing, said)
  const content = el('div', {})
  const element = el('div', { class: 'bar' }, said, content)
  let shown = ''
  let last: Job | null = null

  function button(name: Word, style: string, act: () => void): HTMLElement {
    return el('button', { type: 'button', class: style, onclick: act }, t(name))
  }

  function ask(name: Asking): void {
    const { elements, input, missing, act } = formFor(name, last!)
    const draft = keptText(`yitong.${name}.${doing.link.slice(0, 20)}`)
    input.value = draft.read()
    input.addEventListener('input', () => draft.keep(input.value))
    const submit = (event: Event) => {
      event.preventDefault()
      const text = input.value.trim()
      const wrong = missing(text)
      if (wrong !== null) {
        said.className = 'wrong'
        said.textContent = wrong
        return
      }
      void send(act(text)).then((done) => done && draft.keep(''))
    }
    const form = el(
      'form',
      { novalidate: true, onsubmit: submit },
      ...elements,
      el(
        'div',
        { class: 'pair' },
        button('cancel', '', () => choices()),
        el('button', { type: 'submit', class: name === 'reject' ? 'danger' : 'go' }, t(asking[name].sure)),
      ),
    )
    said.textContent = ''
    fill(content, form)
    input.focus()
  }

  function choices(): void {
    if (!last) return
    said.textContent = ''
    const can = (name: string) => last!.commands.includes(name)
    const now = (act: 'accept' | 'start' | 'resume') => button(act, 'go', () => void send({ act }))
    const buttons =
      last.phase === 'asked'
        ? [button('reject', 'danger', () => ask('reject')), now('accept')]
        : [
            can('hold') ? button('hold', '', () => ask('hold')) : null,
            can('resume') ? now('resume') : null,
            can('start') ? now('start') : null,
            can('resolve') ? button('resolve', can('start') ? '' : 'go', () => ask('resolve')) : null,
          ]
    fill(content, el('div', { class: 'pair' }, ...buttons))
  }

  return {
    element,
    /** Offers what may be done with the job as it is; a form that is being filled in stays while that has not changed. */
    show(job: Job): void {
      last = job
      const wanted = job.ending.fields.map(({ name }) => name)
      const may = [job.phase, job.status, ...job.commands, job.ending.words, ...wanted].join()
      if (may === shown) return
      shown = may
      choices()
    },
  }
}

/** A box for notes. One element for the life of the page; what was typed is kept in the phone until it is stored. */
export function noteBox(doing: Doing) {
  const draft = keptText(`yitong.note.${doing.link.slice(0, 20)}`)
  const said = el('p', { class: 'quiet', role: 'status', id: 'note-said' })
  const send = sender(doing, said)
  const input = el('textarea', {
    ...{
      id: 'note',
      rows: '3',
      maxlength: '4000',
      placeholder: t('addNoteHint'),
      'aria-describedby': 'note-said',
    },
  })
  input.value = draft.read()
  input.addEventListener('input', () => draft.keep(input.value))
  return el(
    'form',
    {
      class: 'card',
      novalidate: true,
      onsubmit: (event) => {
        event.preventDefault()
        const typed = input.value
        if (typed.trim() === '') {
          said.className = 'wrong'
          said.textContent = t('required')
          return
        }
        void send({ act: 'note', text: typed.trim() }).then((stored) => {
          if (!stored) return
          input.value = unsent(input.value, typed)
          draft.keep(input.value)
          said.textContent = t('saved')
        })
      },
    },
    el('label', { for: 'note', class: 'label' }, t('addNote')),
    input,
    said,
    el('button', { type: 'submit' }, t('saveNote')),
  )
}
