/** The nonce that the server put into this page. */
export const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''

/**
 * Gives every style element made at run time the page's nonce. The kit does so for its own styles but forgets its scroll lock and
 * its scroll bar measure, which the page's policy would refuse.
 */
export function stampStyles(): void {
  const create = document.createElement.bind(document)
  document.createElement = ((name: string, options?: ElementCreationOptions) => {
    const element = create(name, options)
    if (name === 'style' && nonce) element.nonce = nonce
    return element
  }) as typeof document.createElement
}
