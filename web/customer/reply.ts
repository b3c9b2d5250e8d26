import { Refused, sendReply } from './api.ts'
import { el } from './dom.ts'
import { keepReply, openReply } from './draft.ts'
import { t } from './words.ts'

/** A box for a further message. One element for the life of the page: drawing the page anew moves it and loses no letter. */
export interface ReplyBox {
  readonly element: HTMLElement
  /** Draws around the box; whoever types in it goes on typing. */
  around(draw: () => void): void
}

/**
 * Keeps every letter in the phone until the hub has stored the message; without a network it goes by itself when that is back.
 * `sent` is called after the hub took one.
 */
export function replyBox(receipt: string, sent: () => void): ReplyBox {
  const draft = openReply(receipt)
  const keep = () => keepReply(receipt, draft)
  const input = el('textarea', {
    id: 'reply',
    rows: '3',
    maxlength: '2000',
    placeholder: t('replyHint'),
    'aria-describedby': 'reply-said',
  })
  input.value = draft.text
  const said = el('p', { class: 'quiet', id: 'reply-said', role: 'status' })
  const button = el('button', { type: 'submit', class: 'primary' }, t('replySend'))
  input.addEventListener('input', () => {
    draft.text = input.value
    draft.waiting = false
    keep()
    said.textContent = ''
  })

  const tell = (text: string, bad: boolean) => {
    said.textContent = text
    said.className = bad ? 'wrong' : 'quiet'
  }
  const attempt = async (): Promise<void> => {
    const text = draft.text.trim()
    if (button.disabled || text === '') return
    button.disabled = true
    input.readOnly = true
    tell(t('sending'), false)
    try {
      await sendReply(receipt, draft.replyId, text)
      keepReply(receipt, { replyId: '', text: '', waiting: false })
      Object.assign(draft, openReply(receipt))
      input.value = ''
      tell(t('replySent'), false)
      sent()
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      draft.waiting = error.status === 0
      keep()
      tell(draft.waiting ? t('offline') : t('failed', { reason: error.message }), true)
    } finally {
      button.disabled = false
      input.readOnly = false
    }
  }
  addEventListener('online', () => {
    if (draft.waiting) void attempt()
  })
  const element = el(
    'form',
    {
      class: 'card',
      novalidate: true,
      onsubmit: (event) => {
        event.preventDefault()
        void attempt()
      },
    },
    el('label', { for: 'reply' }, t('reply')),
    input,
    said,
    button,
  )
  if (draft.waiting) void attempt()
  return {
    element,
    around(draw) {
      const typing = document.activeElement === input
      const { selectionStart, selectionEnd } = input
      draw()
      if (!typing) return
      input.focus({ preventScroll: true })
      input.setSelectionRange(selectionStart, selectionEnd)
    },
  }
}
