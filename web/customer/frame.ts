import { el, fill, page } from './dom.ts'
import { lang, otherLanguage, t, type Word } from './words.ts'

/** The last part of the address: the signed token. */
export function token(): string {
  return decodeURIComponent(location.pathname.split('/').pop() ?? '')
}

/** Draws the page: content, and the foot with hotline and language. */
export function draw(title: string, hotline: string | null, ...content: readonly (Node | null)[]): void {
  document.documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en'
  document.title = title
  fill(
    page(),
    ...content,
    el(
      'div',
      { class: 'foot' },
      hotline ? el('a', { href: `tel:${hotline}` }, t('call', { n: hotline })) : el('span'),
      el('button', { type: 'button', onclick: otherLanguage }, t('language')),
    ),
  )
}

/** While the first answer is on its way. */
export function drawWaiting(): void {
  const bars = ['60%', '100%', '100%', '80%'].map((width) => {
    const bar = el('div', { class: 'skeleton' })
    bar.style.width = width
    return bar
  })
  fill(page(), ...bars)
}

/** A page that leads on although the link does not. */
export function drawProblem(word: Word, hint: Word, again: (() => void) | null): void {
  draw(
    t(word),
    null,
    el('h1', {}, t(word)),
    el('p', { class: 'notice notice-bad', role: 'alert' }, t(hint)),
    again && el('button', { type: 'button', class: 'primary', onclick: again }, t('again')),
  )
}

/** The right problem page for a refusal's status. */
export function drawRefused(status: number, again: () => void): void {
  if (status === 410) drawProblem('linkOld', 'linkOldHint', null)
  else if (status === 404) drawProblem('linkBad', 'linkBadHint', null)
  else drawProblem('unreachable', 'unreachableHint', again)
}
