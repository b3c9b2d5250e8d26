import { type LinkInfo, Refused, refusal } from './api.ts'
import { el, fill } from './dom.ts'
import { lang, t } from './words.ts'

type Limits = LinkInfo['limits']
const megabyte = 1_048_576

/** Why a file may not be sent, checked before a byte is spent; null when it may. The hub checks the content again. */
export function fileProblem(file: Pick<File, 'type' | 'size'>, limits: Limits): string | null {
  const kind = file.type.split('/')[0]
  const limit = { image: limits.imageBytes, video: limits.videoBytes, audio: limits.audioBytes }[kind ?? '']
  if (limit === undefined) return t('wrongType')
  return file.size > limit ? t('tooLarge', { n: Math.floor(limit / megabyte) }) : null
}

/** Sends one file with progress; resolves to the upload's token. */
export function sendFile(
  link: string,
  file: Blob,
  name: string,
  progress: (part: number) => void,
): { readonly done: Promise<string>; abort(): void } {
  const request = new XMLHttpRequest()
  const done = new Promise<string>((resolve, reject) => {
    request.open('POST', `/c/api/upload?link=${encodeURIComponent(link)}&name=${encodeURIComponent(name)}`)
    request.setRequestHeader('content-type', file.type || 'application/octet-stream')
    request.setRequestHeader('accept-language', lang === 'zh' ? 'zh-CN' : 'en')
    request.upload.onprogress = (event) => progress(event.loaded / Math.max(1, event.total))
    request.onerror = () => reject(new Refused(0, 'network', t('uploadFailed')))
    request.onload = () => {
      if (request.status >= 300) reject(refusal(request.status, request.responseText))
      else resolve((JSON.parse(request.responseText) as { upload: string }).upload)
    }
    request.send(file)
  })
  return { done, abort: () => request.abort() }
}

/** One chosen file in the list. */
interface Item {
  name: string
  upload: string | null
  problem: string | null
}

/** The list of chosen files: each uploads at once, shows its progress, and can be tried again or removed. */
export function fileList(
  link: string,
  limits: Limits,
  kept: readonly { readonly upload: string; readonly name: string }[],
  changed: (uploads: { upload: string; name: string }[]) => void,
) {
  const items: Item[] = kept.map((each) => ({ ...each, problem: null }))
  const list = el('ul', { class: 'files' })
  const note = el('p', { class: 'wrong', role: 'status' })
  const waiting = new Set<Promise<unknown>>()

  const announce = () =>
    changed(items.flatMap((item) => (item.upload ? [{ upload: item.upload, name: item.name }] : [])))

  function rowOf(item: Item, file: File | Blob | null) {
    const row = el('li')
    const remove = el(
      'button',
      {
        type: 'button',
        'aria-label': `${t('remove')} ${item.name}`,
        onclick: () => {
          items.splice(items.indexOf(item), 1)
          row.remove()
          announce()
        },
      },
      t('remove'),
    )
    const name = el('span', { class: 'file-name' }, item.name)
    const settle = () => {
      const again =
        item.problem &&
        file &&
        el('button', { type: 'button', onclick: () => start(item, file, row) }, t('again'))
      fill(row, name, item.problem ? el('span', { class: 'wrong' }, item.problem) : null, again, remove)
    }
    return { row, settle, name, remove }
  }

  function start(item: Item, file: Blob, before?: HTMLElement) {
    const { row, settle, name, remove } = rowOf(item, file)
    const bar = el('progress', { max: '1', value: '0', 'aria-label': item.name })
    fill(row, name, bar, remove)
    if (before) before.replaceWith(row)
    else list.append(row)
    item.problem = null
    const sending = sendFile(link, file, item.name, (part) => {
      bar.value = part
    }).done.then(
      (upload) => {
        item.upload = upload
        announce()
        settle()
      },
      (error: Error) => {
        item.problem = error.message || t('uploadFailed')
        settle()
      },
    )
    waiting.add(sending)
    void sending.finally(() => waiting.delete(sending))
  }

  for (const item of items) {
    const { row, settle } = rowOf(item, null)
    settle()
    list.append(row)
  }
  return {
    element: el('div', {}, list, note),
    /** Takes a file in, or says why not. */
    add(file: File | Blob, name: string) {
      const problem =
        items.length >= limits.files ? t('tooMany', { n: limits.files }) : fileProblem(file, limits)
      note.textContent = problem ? `${name}: ${problem}` : ''
      if (problem) return
      const item: Item = { name, upload: null, problem: null }
      items.push(item)
      start(item, file)
    },
    /** Resolves when no file is on its way. */
    settled: async () => {
      while (waiting.size > 0) await Promise.all(waiting)
    },
    busy: () => waiting.size > 0,
  }
}
