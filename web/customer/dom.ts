type Child = Node | string | null | undefined | false

/** Makes an element: attributes by name, `on…` members as listeners, text never read as HTML. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string | boolean | ((event: Event) => void) | undefined>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value)
    else if (value === true) element.setAttribute(name, '')
    else if (typeof value === 'string') element.setAttribute(name, value)
  }
  for (const child of children) if (child) element.append(child)
  return element
}

/** Replaces what an element holds. */
export function fill(element: HTMLElement, ...children: readonly Child[]): void {
  element.textContent = ''
  for (const child of children) if (child) element.append(child)
}

/** The page's own element. */
export function page(): HTMLElement {
  const element = document.getElementById('page')
  if (!element) throw new Error('the page has no #page')
  return element
}
