import { el } from '../customer/dom.ts'
import { fileUrl, type JobFile } from './api.ts'
import { t } from './words.ts'

/** Shows files of a job; each keeps its element, so that drawing the page anew loads nothing again and loses no place in a recording. */
export function fileShelf(link: string) {
  const made = new Map<string, HTMLElement>()

  function make({ id, name, contentType }: JobFile, n: number): HTMLElement {
    const src = fileUrl(link, id)
    const away = { href: src, target: '_blank', rel: 'noopener noreferrer' }
    switch (contentType.split('/')[0]) {
      case 'image':
        return el(
          'a',
          { ...away, class: 'photo' },
          el('img', { src, alt: t('photo', { n }), loading: 'lazy' }),
        )
      case 'audio':
        return el('audio', { src, controls: true, preload: 'none', 'aria-label': name })
      case 'video':
        return el('video', { src, controls: true, preload: 'none', 'aria-label': name })
      default:
        return el('a', { ...away, class: 'file' }, name)
    }
  }

  return (files: readonly JobFile[]): HTMLElement | null =>
    files.length === 0
      ? null
      : el(
          'div',
          { class: 'shelf' },
          ...files.map((file, index) => {
            const before = made.get(file.id)
            if (before) return before
            const element = make(file, index + 1)
            made.set(file.id, element)
            return element
          }),
        )
}
