import { el, fill } from '../customer/dom.ts'
import { moment } from '../customer/words.ts'
import { type Act, doAct, type Job, Refused } from './api.ts'
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
    const { label, hint, sure } = asking[name]
    const input = el('textarea', {
      id: 'act-text',
      rows: '2',
      maxlength: '500',
      'aria-describedby': 'act-said',
      ...(hint ? { placeholder: t(hint) } : {}),
    })
    const until = el(
      'select',
      { id: 'act-until' },
      ...putOff(Date.now()).map((ms) =>
        el('option', { value: String(ms) }, moment(new Date(ms).toISOString())),
      ),
    )
    const form = el(
      'form',
      {
        novalidate: true,
        onsubmit: (event) => {
          event.preventDefault()
          const text = input.value.trim()
          if (name === 'hold' && text === '') {
            said.className = 'wrong'
            said.textContent = t('required')
            input.focus()
            return
          }
          const act: Act =
            name === 'hold'
              ? { act: 'hold', reason: text, untilMs: Number(until.value) }
              : name === 'reject'
                ? { act: 'reject', reason: text }
                : { act: 'resolve', text }
          void send(act)
        },
      },
      el('label', { for: 'act-text' }, t(label)),
      input,
      name === 'hold' ? el('label', { for: 'act-until' }, t('holdUntil')) : null,
      name === 'hold' ? until : null,
      el(
        'div',
        { class: 'pair' },
        button('cancel', '', () => choices()),
        el('button', { type: 'submit', class: name === 'reject' ? 'danger' : 'go' }, t(sure)),
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
      const may = [job.phase, job.status, ...job.commands].join()
      if (may === shown) return
      shown = may
      choices()
    },
  }
}

/** A box for notes. One element for the life of the page; what was typed is kept in the phone until it is stored. */
export function noteBox(doing: Doing) {
  const key = `yitong.note.${doing.link.slice(0, 20)}`
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
  const keep = (text: string) => {
    try {
      if (text) sessionStorage.setItem(key, text)
      else sessionStorage.removeItem(key)
    } catch {
      // A browser that keeps nothing still sends.
    }
  }
  try {
    input.value = sessionStorage.getItem(key) ?? ''
  } catch {
    input.value = ''
  }
  input.addEventListener('input', () => keep(input.value))
  return el(
    'form',
    {
      class: 'card',
      novalidate: true,
      onsubmit: (event) => {
        event.preventDefault()
        const text = input.value.trim()
        if (text === '') {
          said.className = 'wrong'
          said.textContent = t('required')
          return
        }
        void send({ act: 'note', text }).then((stored) => {
          if (!stored) return
          input.value = ''
          keep('')
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
