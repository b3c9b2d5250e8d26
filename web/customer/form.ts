import { type LinkInfo, Refused, readLink, submit } from './api.ts'
import { el } from './dom.ts'
import { closeDraft, type Draft, keepDraft, openDraft } from './draft.ts'
import { draw, drawRefused, drawWaiting, token } from './frame.ts'
import { fileList } from './upload.ts'
import { canRecord, voiceButton } from './voice.ts'
import { lang, t, type Word } from './words.ts'

const link = token()
const draft: Draft = openDraft(link)
const keep = () => keepDraft(link, draft)
const weekMs = 7 * 24 * 3_600_000

type TextName = 'fault' | 'phone' | 'name' | 'address'

interface Box {
  readonly name: TextName
  readonly input: HTMLInputElement | HTMLTextAreaElement
  readonly nodes: readonly Node[]
  wrong(message: string | null): void
}

/** A labelled box that keeps every letter and can say what is wrong with it. */
function box(name: TextName, word: Word, attributes: Record<string, string>, long = false): Box {
  const problem = el('p', { class: 'wrong', id: `${name}-wrong`, hidden: true })
  const shared = { id: name, name, 'aria-describedby': `${name}-wrong`, required: true, ...attributes }
  const input = long ? el('textarea', shared) : el('input', shared)
  input.value = draft[name]
  const wrong = (message: string | null) => {
    problem.textContent = message ?? ''
    problem.hidden = message === null
    input.setAttribute('aria-invalid', String(message !== null))
  }
  input.addEventListener('input', () => {
    draft[name] = input.value
    keep()
    wrong(null)
  })
  return { name, input, wrong, nodes: [el('label', { for: name }, t(word)), input, problem] }
}

function deviceCard(info: LinkInfo): HTMLElement | null {
  const { device, site } = info
  if (!device && !site) return null
  const warranty =
    device?.warranty === 'in'
      ? t('warrantyIn', { date: device.warrantyUntil ?? '' })
      : device?.warranty === 'out'
        ? t('warrantyOut', { date: device.warrantyUntil ?? '' })
        : null
  return el(
    'section',
    { class: 'card device', 'aria-label': t('forDevice') },
    el('strong', {}, device ? [device.category, device.model].filter(Boolean).join(' ') : (site?.name ?? '')),
    device && el('span', { class: 'quiet' }, t('serial', { n: device.serialNumber })),
    warranty ? el('span', { class: 'quiet' }, warranty) : null,
    info.address ? el('span', { class: 'quiet' }, t('knownAddress', { address: info.address })) : null,
  )
}

function earlier(): HTMLElement | null {
  if (!draft.receipt || Date.now() - draft.receiptAt > weekMs) return null
  return el(
    'div',
    { class: 'card' },
    el('p', {}, t('earlier')),
    el('a', { href: `/c/t/${encodeURIComponent(draft.receipt)}` }, t('earlierSee')),
  )
}

/** Others may have reported it: a machine that many use. */
function alreadyOpen(info: LinkInfo): HTMLElement | null {
  const [newest] = info.open
  if (!newest) return null
  return el('p', { class: 'card' }, t('openRequest', { number: newest.number }))
}

/** Where the browser may tell the place, one tap; the address box stays the other way. */
function locationButton(say: (text: string) => void, address: HTMLElement): HTMLElement | null {
  if (!window.isSecureContext || !navigator.geolocation) return null
  const button = el('button', { type: 'button' }, t('locate'))
  button.addEventListener('click', () => {
    button.disabled = true
    button.textContent = t('locating')
    const done = (text: string) => {
      button.disabled = false
      button.textContent = t('locate')
      say(text)
    }
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        draft.location = {
          lat: coords.latitude,
          lng: coords.longitude,
          accuracyM: Math.round(coords.accuracy),
        }
        keep()
        done(t('located', { n: draft.location.accuracyM }))
      },
      () => {
        done(t('locateFailed'))
        address.focus()
      },
      { enableHighAccuracy: true, timeout: 10_000 },
    )
  })
  return button
}

function check(boxes: readonly Box[]): boolean {
  let first: Box | undefined
  for (const each of boxes) {
    const text = each.input.value.trim()
    const digits = text.replace(/\D/g, '').length
    const bad = text === '' ? t('required') : each.name === 'phone' && digits < 7 ? t('phoneWrong') : null
    each.wrong(bad)
    if (bad) first ??= each
  }
  first?.input.focus()
  return first === undefined
}

function media(info: LinkInfo) {
  const files = fileList(link, info.limits, draft.uploads, (uploads) => {
    draft.uploads = uploads
    keep()
  })
  const picker = el('input', {
    type: 'file',
    accept: 'image/*,video/*,audio/*',
    multiple: true,
    hidden: true,
  })
  picker.addEventListener('change', () => {
    for (const file of Array.from(picker.files ?? [])) files.add(file, file.name)
    picker.value = ''
  })
  const said = el('p', { class: 'wrong', role: 'status' })
  const pair = el(
    'div',
    { class: 'pair' },
    el('button', { type: 'button', onclick: () => picker.click() }, t('addMedia')),
    canRecord() &&
      voiceButton(
        info.limits.audioSeconds,
        (recording, name) => files.add(recording, name),
        (reason) => {
          said.textContent = reason
        },
      ),
  )
  return { files, nodes: [el('p', { class: 'label' }, t('media')), pair, picker, said, files.element] }
}

function addressPart(info: LinkInfo): {
  readonly boxes: readonly Box[]
  readonly nodes: readonly (Node | null)[]
} {
  if (info.address) return { boxes: [], nodes: [] }
  const address = box('address', 'address', {
    autocomplete: 'street-address',
    placeholder: t('addressHint'),
    maxlength: '300',
  })
  const said = el('p', { class: 'quiet', role: 'status' })
  if (draft.location) said.textContent = t('located', { n: draft.location.accuracyM })
  const locate = info.askLocation
    ? locationButton((text) => {
        said.textContent = text
      }, address.input)
    : null
  return { boxes: [address], nodes: [...address.nodes, said, locate] }
}

async function send(info: LinkInfo): Promise<void> {
  const submission = {
    link,
    submissionId: draft.submissionId,
    lang,
    fault: draft.fault.trim(),
    phone: draft.phone.trim(),
    name: draft.name.trim(),
    ...(draft.address.trim() ? { address: draft.address.trim() } : {}),
    ...(draft.location ? { location: draft.location } : {}),
    uploads: draft.uploads,
  }
  // Kept first: a phone that leaves now sends it again when it comes back, as the same request.
  draft.waiting = true
  keep()
  const sent = submit(info.accountId, submission, info.pass).catch(async (error: unknown) => {
    // A form that stayed open for a day: the code may still be good.
    if (!(error instanceof Refused) || error.status !== 410) throw error
    return await submit(info.accountId, submission, (await readLink(link)).pass)
  })
  const { receipt } = await sent
  closeDraft(link, draft, receipt, Date.now())
  location.assign(`/c/t/${encodeURIComponent(receipt)}`)
}

function drawForm(info: LinkInfo): void {
  const fault = box('fault', 'fault', { placeholder: t('faultHint'), maxlength: '2000' }, true)
  const phone = box('phone', 'phone', { type: 'tel', inputmode: 'tel', autocomplete: 'tel', maxlength: '30' })
  const name = box('name', 'name', { autocomplete: 'name', maxlength: '60' })
  const address = addressPart(info)
  const boxes = [fault, phone, name, ...address.boxes]
  const { files, nodes } = media(info)
  const notice = el('p', { class: 'notice notice-bad', role: 'alert', hidden: true })
  const button = el('button', { type: 'submit', class: 'primary' }, t('submit'))

  const attempt = async () => {
    if (button.disabled || !check(boxes)) return
    button.disabled = true
    notice.hidden = true
    button.textContent = t(files.busy() ? 'waitUploads' : 'sending')
    try {
      await files.settled()
      await send(info)
    } catch (error) {
      const refused = error as Refused
      draft.waiting = refused.status === 0
      keep()
      button.disabled = false
      button.textContent = t('submit')
      notice.hidden = false
      notice.textContent = refused.status === 0 ? t('offline') : t('failed', { reason: refused.message })
      for (const issue of refused.issues ?? [])
        boxes.find((each) => each.name === issue.path)?.wrong(issue.message)
    }
  }
  const form = el(
    'form',
    {
      novalidate: true,
      onsubmit: (event) => {
        event.preventDefault()
        void attempt()
      },
    },
    ...[...fault.nodes, ...phone.nodes, ...name.nodes, ...address.nodes, ...nodes],
    notice,
    button,
    el('p', { class: 'quiet' }, t('privacy')),
  )
  draw(
    t('title'),
    info.hotline,
    el('h1', {}, t('title')),
    el('p', { class: 'quiet' }, info.accountName),
    deviceCard(info),
    alreadyOpen(info),
    earlier(),
    form,
  )
  addEventListener('online', () => {
    if (draft.waiting) void attempt()
  })
  if (draft.waiting) void attempt()
}

async function open(): Promise<void> {
  drawWaiting()
  try {
    drawForm(await readLink(link))
  } catch (error) {
    drawRefused(error instanceof Refused ? error.status : 0, () => void open())
    if (!(error instanceof Refused)) throw error
  }
}

// Brought back by the back button, the page would go on saying that it sends.
addEventListener('pageshow', (event) => {
  if ((event as PageTransitionEvent).persisted) location.reload()
})
void open()
