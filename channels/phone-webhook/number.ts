const nobody = /^(?:0+|anonymous|unknown|unavailable|private|restricted|null|未知|匿名)?$/i

/** A telephone number without country code, trunk zero and marks; null when the caller withheld it. Pure. */
export function readNumber(text: string): string | null {
  if (nobody.test(text)) return null
  const plain = text.replace(/[\s()-]/g, '')
  const local = plain.replace(/^(?:\+?86|0086)(?=\d{9,})/, '').replace(/^0(?=1[3-9]\d{9}$)/, '')
  return /^[+*#\d]{2,30}$/.test(local) ? local : text.slice(0, 100)
}

/** Whether a number is one person's: mobiles are, a landline may be a whole company's. */
export function isMobile(number: string): boolean {
  return /^1[3-9]\d{9}$/.test(number)
}
