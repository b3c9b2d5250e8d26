import type { Evidence } from '../data/ticket.ts'

/** Somebody wants to hear an utterance: the call that holds it plays from its first second. */
const wanted = new EventTarget()

/** Asks for an utterance to be played. */
export function hear(utteranceId: string): void {
  wanted.dispatchEvent(new CustomEvent('hear', { detail: utteranceId }))
}

/** Calls `play` with the id of each utterance that somebody wants to hear; returns the way to stop. */
export function onHear(play: (utteranceId: string) => void): () => void {
  const listener = (event: Event) => play((event as CustomEvent<string>).detail)
  wanted.addEventListener('hear', listener)
  return () => wanted.removeEventListener('hear', listener)
}

/** The first utterance behind some evidence, with its second in the recording; null where nothing was said on a telephone. */
export function heardIn(
  evidence: readonly Evidence[],
): { readonly turn: string; readonly startMs: number } | null {
  for (const each of evidence) {
    if (each.kind === 'span' && each.startMs !== undefined) return { turn: each.turn, startMs: each.startMs }
    const inner = each.kind === 'derived' ? heardIn(each.from) : null
    if (inner) return inner
  }
  return null
}

/** A moment in a recording: 0:07, 12:34, 1:02:03. */
export function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  const two = (n: number) => String(n).padStart(2, '0')
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`
}
