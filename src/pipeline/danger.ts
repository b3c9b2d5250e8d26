import { danger } from './rules/cues.ts'

/** Whether a text speaks of danger to people; a quick look that only decides how soon the careful one happens. */
export function mentionsDanger(text: string): boolean {
  return danger.some((cue) => text.search(cue.words) !== -1)
}
