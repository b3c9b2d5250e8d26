import type { Page } from 'playwright-core'

/** What a walk with the Tab key found wrong. */
export interface Walk {
  /** Controls that the key never came to. */
  readonly missed: readonly string[]
  /** Controls on which nothing shows that they have the focus. */
  readonly unseen: readonly string[]
  /** How many controls it came to. */
  readonly reached: number
}

/** Nothing fades while styles are compared. The page's policy forbids style elements, not sheets that a script makes. */
async function standStill(page: Page): Promise<void> {
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync('*,*::before,*::after{transition:none!important;animation:none!important}')
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]
  })
}

/** Marks all controls within `area` that a person can use, by number. */
async function mark(page: Page, area: string): Promise<number> {
  return await page.evaluate((within) => {
    const usable =
      'a[href],button,input,select,textarea,summary,[tabindex="0"],audio[controls],video[controls],[contenteditable=true]'
    let count = 0
    for (const element of document.querySelectorAll<HTMLElement>(`:is(${within}) :is(${usable})`)) {
      const hidden = !element.checkVisibility({ visibilityProperty: true, opacityProperty: false })
      const off = element.matches(':disabled,[aria-hidden=true],[aria-hidden=true] *,[inert] *,[type=hidden]')
      // One of a group of radio buttons has the focus for all; arrow keys choose.
      const radio = element.matches('input[type=radio]') && !element.matches(':checked')
      const roving = element.tabIndex < 0
      if (hidden || off || radio || roving) continue
      element.dataset.walk = String(count++)
    }
    return count
  }, area)
}

/** What the focused control and what is around it look like; empty when nothing has the focus. */
const look = (page: Page, of: string | null) =>
  page.evaluate((number) => {
    const element =
      number === null ? document.activeElement : document.querySelector(`[data-walk="${number}"]`)
    if (!element || element === document.body || element === document.documentElement) return null
    const around: Element[] = [element, ...element.children]
    for (let each = element.parentElement, i = 0; each && i < 3; each = each.parentElement, i += 1)
      around.push(each)
    if (element.nextElementSibling) around.push(element.nextElementSibling)
    const styles = around.flatMap((each) =>
      [undefined, '::before', '::after'].map((part) => {
        const style = getComputedStyle(each, part)
        const outline = style.outlineStyle === 'none' ? '' : style.outline
        return [outline, style.boxShadow, style.borderColor, style.backgroundColor, style.opacity].join(' ')
      }),
    )
    const walk = (element as HTMLElement).dataset.walk ?? null
    return { walk, looks: styles.join('|'), html: element.outerHTML.slice(0, 160) }
  }, of)

/**
 * Goes with Tab through everything below `area` (a selector) once around. A page may hold the focus inside an open dialog, and
 * nowhere else.
 */
export async function tabThrough(page: Page, area = 'body'): Promise<Walk> {
  await standStill(page)
  const count = await mark(page, area)
  const reached = new Set<string>()
  const unseen: string[] = []
  let nowhere = 0
  for (let step = 0; step < count * 2 + 30 && reached.size < count && nowhere < 3; step += 1) {
    await page.keyboard.press('Tab')
    const focused = await look(page, null)
    if (!focused) nowhere += 1
    if (!focused?.walk || reached.has(focused.walk)) continue
    reached.add(focused.walk)
    const { walk, looks, html } = focused
    const active = await page.evaluateHandle(() => document.activeElement as HTMLElement | null)
    await page.evaluate((element) => element?.blur(), active)
    const without = await look(page, walk)
    if (without?.looks === looks) unseen.push(html)
    // Back where it was, as the key left it.
    await page.evaluate((element) => element?.focus(), active)
  }
  const missed = await page.evaluate(
    (seen) =>
      [...document.querySelectorAll<HTMLElement>('[data-walk]')]
        .filter(({ dataset }) => !seen.includes(dataset.walk ?? ''))
        .map((element) => element.outerHTML.slice(0, 160)),
    [...reached],
  )
  return { missed, unseen, reached: reached.size }
}

/** The control that has the focus, in a word or two. */
export const focusedText = (page: Page) =>
  page.evaluate(() => {
    const element = document.activeElement as HTMLElement | null
    return element?.getAttribute('aria-label') ?? element?.textContent?.trim() ?? ''
  })
