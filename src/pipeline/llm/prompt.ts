import { readFileSync } from 'node:fs'

/** The version of the prompt in use: a folder of prompts/extract-ticket. */
export const promptVersion = 'extract-ticket/v2'

const part = (name: string) =>
  readFileSync(new URL(`../../../prompts/${promptVersion}/${name}.md`, import.meta.url), 'utf8')
const parts = { system: part('system'), pseudonyms: part('pseudonyms'), growing: part('growing') }

/** What a request needs to be told besides. */
export interface PromptNeeds {
  /** The material holds placeholders. */
  readonly pseudonyms?: boolean
  /** The material is what changed since the last request. */
  readonly growing?: boolean
}

/** What an administrator may write anew: the instructions without what single requests are told besides. */
export const promptText = parts.system

/** The same request under other instructions. */
export function withInstructions(system: string, text: string): string {
  return system.startsWith(promptText) ? text + system.slice(promptText.length) : system
}

/** The instructions of the house for one request. */
export function systemText(needs: PromptNeeds = {}): string {
  return [
    parts.system,
    ...(needs.pseudonyms ? [parts.pseudonyms] : []),
    ...(needs.growing ? [parts.growing] : []),
  ].join('\n')
}
