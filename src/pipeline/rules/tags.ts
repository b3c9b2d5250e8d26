import type { TagTree } from '../../contract/labels.ts'
import type { Mark } from '../span.ts'
import { isDenied, standing } from './cues.ts'
import { markOf, type Utterance } from './scene.ts'

/** A branch with its words as one pattern; null when nothing names it. */
interface Compiled {
  readonly path: string
  readonly words: RegExp | null
}

let newest:
  | { readonly tree: TagTree; readonly text: string; readonly branches: readonly Compiled[] }
  | undefined

/** The patterns of a tree. The newest is kept: trees come as copies, one with every conversation. */
export function compiled(tree: TagTree): readonly Compiled[] {
  if (newest?.tree === tree) return newest.branches
  const text = JSON.stringify(tree)
  const branches =
    newest?.text === text
      ? newest.branches
      : tree.map(({ path, words }) => ({ path, words: patternOf(words) }))
  newest = { tree, text, branches }
  return branches
}

/** What a `…` stands for: at most eight characters of the same clause, so that a pattern takes linear time. */
const others = '[^,，。;；!！?？\\n]{0,8}?'
const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

function patternOf(words: readonly string[]): RegExp | null {
  if (words.length === 0) return null
  const alternatives = words.map((word) => {
    const pattern = word
      .split('…')
      .map((part) => escaped(part.trim()))
      .join(others)
    // a Latin word is not the end of another
    return /^[A-Za-z0-9]/.test(word) ? `(?<![A-Za-z0-9])${pattern}` : pattern
  })
  return new RegExp(alternatives.join('|'), 'i')
}

const wanted =
  /(?:不是|并非|没有?|没说|不)(?:说|想|要|真|在|打算|出现过?|发生过?|发现过?|听[到见]|闻[到见]|看[到见]|感觉到?)+(?:过|去)?\s*$/
const rhetorical = /不是\s*$/
const asksBack = /^[^,，。;；\n]{0,4}(?:吗|么|嘛)/
const conditional = /^[^,，。;；\n]{0,3}[,，]?\s?(?:我们?|老子|那)?(?:就|的话|不行)/

/** Whether words are denied; "这不是乱收费吗" says it, and "不退钱我就…" speaks of what is wanted. */
function refused(text: string, at: number, end: number): boolean {
  const before = text.slice(Math.max(0, at - 10), at)
  const after = text.slice(end, end + 12)
  if (rhetorical.test(before) && asksBack.test(after)) return false
  if (/不(?:给|让|肯)?\s*$/.test(before) && conditional.test(after)) return false
  return isDenied(text, at, end) || wanted.test(before)
}

const supposed =
  /(?:如果|要是|万一|假如|倘若|担心|以防|以免|免得|避免|防止|预防|会不会|是否会|有没有可能)[^,，。;；!！?？\n]{0,6}$|(?:\bif|in case)\b[^,.;!?\n]{0,16}$/i
const solved =
  /^[^。;；!！?？\n]{0,14}?(?<![没未不能会么样]|没有|什么时候)(?:(?:修好|解决|处理好|换好|弄好|搞定)了|已(?:经)?(?:修好|解决|处理)|不再|没有了|好了)(?![^。\n]{0,6}(?:又|还是|再次|但|可是|不过))/
const longAgo =
  /(?:以前|去年|前年|上一台|旧的那台|听说|邻居家?|别人家)[^,，。;；!！?？\n]{0,8}$|(?<![没未])收到(?:了|你们的|贵司的)?$/

/** Where a branch's words stand in an utterance as said of what is: not denied, supposed, or over. Not in names, places and numbers. */
export function tagMarks(words: RegExp, u: Utterance, taken: readonly Mark[] = []): Mark[] {
  const { text } = u.plain
  const marks: Mark[] = []
  for (const match of standing(words, text, refused)) {
    const before = text.slice(Math.max(0, match.index - 24), match.index)
    if (supposed.test(before) || longAgo.test(before)) continue
    const end = match.index + match[0].length
    if (solved.test(text.slice(end, end + 32))) continue
    const mark = markOf(u, u.plain, match.index, end)
    if (mark && !taken.some((t) => t.turn === mark.turn && t.start < mark.end && mark.start < t.end))
      marks.push(mark)
  }
  return marks
}

/** A tag and the words that name it. */
export interface TagFinding {
  readonly path: string
  readonly marks: readonly Mark[]
}

/** The words that one tag is shown with. */
const mostMarks = 3
const mostTags = 20

/**
 * The tags of what was said, in the order of the tree. Words inside longer words of another branch name only that one, and a branch
 * stands for those that it grows from, which are left out.
 */
export function findTags(tree: TagTree, said: readonly Utterance[], taken: readonly Mark[]): TagFinding[] {
  const named = compiled(tree).flatMap(({ path, words }) => {
    const marks = words ? said.flatMap((u) => tagMarks(words, u, taken)) : []
    return marks.length > 0 ? [{ path, marks }] : []
  })
  const all = named.flatMap(({ marks }) => marks)
  const found = named
    .map(({ path, marks }) => ({
      path,
      marks: marks.filter((mark) => !all.some((other) => inside(mark, other))).slice(0, mostMarks),
    }))
    .filter(({ marks }) => marks.length > 0)
  return found
    .filter(({ path }) => !found.some((other) => other.path.startsWith(`${path}/`)))
    .slice(0, mostTags)
}

function inside(mark: Mark, other: Mark): boolean {
  const longer = other.end - other.start > mark.end - mark.start
  return longer && other.turn === mark.turn && other.start <= mark.start && mark.end <= other.end
}
