/** Text that stays in the phone until the hub has it: a page that is opened again goes on where it was. */
export function keptText(key: string): { read(): string; keep(text: string): void } {
  return {
    read() {
      try {
        return sessionStorage.getItem(key) ?? ''
      } catch {
        return ''
      }
    },
    keep(text) {
      try {
        if (text) sessionStorage.setItem(key, text)
        else sessionStorage.removeItem(key)
      } catch {
        // A browser that keeps nothing still sends.
      }
    },
  }
}
