import { readFileSync } from 'node:fs'
import type { TagBranch, TagTree } from '../contract/labels.ts'
import { ok, type Result, refuse } from '../kernel/result.ts'
import type { Reader } from '../store/index.ts'

/** Name of the setting that holds the tree; without it the shipped one counts. */
export const tagSetting = 'catalogue.tags'

const bounds = { levels: 4, branches: 400, words: 60, name: 30, word: 40, gaps: 2 } as const

/** The tree as it is shipped: Chinese after-sales service. */
export const defaultOutline = readFileSync(new URL('./after-sales-tags.txt', import.meta.url), 'utf8')

/** A letter says nothing, two characters or a letter beside another do; what a `…` leaves out must have something around it. */
function isWord(word: string): boolean {
  const parts = word.split('…')
  const letters = word.replaceAll('…', '')
  return (
    letters.length >= 2 &&
    word.length <= bounds.word &&
    parts.length <= bounds.gaps + 1 &&
    parts.every((part) => part.trim() !== '' && /[\p{L}\p{N}]/u.test(part))
  )
}

/** A line of the outline: how deep it stands, its name, its words. */
function readLine(line: string) {
  const indent = /^[ \t]*/.exec(line)![0]
  const spaces = [...indent].reduce((sum, c) => sum + (c === '\t' ? 2 : 1), 0)
  const [name = '', ...rest] = line.trim().split(/[:：]/)
  const words = rest
    .join(':')
    .split(/[,，、]/)
    .map((word) => word.trim().replaceAll('...', '…'))
    .filter((word) => word !== '')
  return { spaces, name: name.trim(), words: [...new Set(words)] }
}

/**
 * Reads a tree from its outline: a branch a line, two spaces for each level, words behind a colon and between commas. Refuses with
 * a code of `tags.…` and the line that is wrong.
 */
export function readTagTree(outline: string): Result<TagTree> {
  const branches: TagBranch[] = []
  const known = new Set<string>()
  let above: readonly string[] = []
  for (const [i, text] of outline.split(/\r\n?|\n/).entries()) {
    if (text.trim() === '') continue
    const line = i + 1
    const { spaces, name, words } = readLine(text)
    const level = spaces / 2
    if (!Number.isInteger(level) || level > above.length || level >= bounds.levels)
      return refuse('tags.indent', { line, levels: bounds.levels })
    if (name === '' || name.length > bounds.name || /[/,，]/.test(name))
      return refuse('tags.name', { line, name: name.slice(0, 60), longest: bounds.name })
    const wrong = words.find((word) => !isWord(word))
    if (wrong !== undefined)
      return refuse('tags.word', { line, word: wrong.slice(0, 60), longest: bounds.word })
    above = [...above.slice(0, level), name]
    const path = above.join('/')
    if (known.has(path)) return refuse('tags.twice', { line, path })
    if (branches.length >= bounds.branches || words.length > bounds.words)
      return refuse('tags.too_big', { line, branches: bounds.branches, words: bounds.words })
    known.add(path)
    branches.push({ path, words })
  }
  return ok(branches)
}

function certain(read: Result<TagTree>): TagTree {
  if (!read.ok)
    throw new Error(`the shipped tree of tags: ${read.refusal.code} ${JSON.stringify(read.refusal.params)}`)
  return read.value
}

/** The shipped tree, read. */
export const defaultTagTree: TagTree = certain(readTagTree(defaultOutline))

/** The outline that counts here, and whether it is the shipped one. */
export async function readOutline(
  db: Reader,
): Promise<{ readonly outline: string; readonly shipped: boolean }> {
  const row = await db.selectFrom('setting').select('value').where('name', '=', tagSetting).executeTakeFirst()
  const { outline } = (row?.value ?? {}) as { readonly outline?: unknown }
  return typeof outline === 'string'
    ? { outline, shipped: false }
    : { outline: defaultOutline, shipped: true }
}

/** The tree that counts here; the shipped one where what is stored cannot be read any more. */
export async function tagTree(db: Reader): Promise<TagTree> {
  const { outline, shipped } = await readOutline(db)
  if (shipped) return defaultTagTree
  const read = readTagTree(outline)
  return read.ok ? read.value : defaultTagTree
}
