import { ok, type Result, refuse } from '../kernel/result.ts'

/** What the front matter of an article says. */
export interface Front {
  readonly title: string
  /** Product categories; empty: any product. */
  readonly products: readonly string[]
  /** Models; empty: any of the products. */
  readonly models: readonly string[]
  readonly faults: readonly string[]
  /** Two letters, `zh` when the file does not say. */
  readonly lang: string
  /** The ways in which people ask it. */
  readonly questions: readonly string[]
}

/** An article as a file: front matter and Markdown. */
export interface ArticleFile {
  readonly front: Front
  readonly body: string
}

const lists = ['products', 'models', 'faults', 'questions'] as const
type ListName = (typeof lists)[number]
const isList = (name: string): name is ListName => (lists as readonly string[]).includes(name)

const invalid = (line: number, reason: string) => refuse('knowledge.front_matter', { line, reason })

/** Thrown inside the reader only; becomes a refusal that names the line. */
class Unreadable extends Error {}

function quotedValue(text: string): { value: string; rest: string } | null {
  const double = /^"(?:[^"\\]|\\.)*"/s.exec(text)
  if (double) {
    try {
      return { value: JSON.parse(double[0]) as string, rest: text.slice(double[0].length) }
    } catch {
      throw new Unreadable('a "quoted" text is not closed or has an unknown escape')
    }
  }
  const single = /^'((?:[^']|'')*)'/.exec(text)
  if (single) return { value: single[1]!.replaceAll("''", "'"), rest: text.slice(single[0].length) }
  if (/^["']/.test(text)) throw new Unreadable('a quoted text is not closed')
  return null
}

/** `s` throughout: rarer signs that break a line, such as U+2028, are part of a value. */
const comment = /^\s*(#.*)?$/s

/** One value up to the end of its line; ` #` begins a comment. */
function scalar(text: string): string {
  const quoted = quotedValue(text)
  if (quoted) {
    if (!comment.test(quoted.rest)) throw new Unreadable('something follows a quoted text')
    return quoted.value
  }
  if (/^[&*!|>%@`{]/.test(text)) throw new Unreadable(`put a text that begins with ${text[0]} in quotes`)
  return text.replace(/(^|\s)#.*$/s, '').trim()
}

/** `[a, "b, c"]` */
function flowList(text: string): string[] {
  const values: string[] = []
  let rest = text.slice(1).trimStart()
  while (!rest.startsWith(']')) {
    if (rest === '') throw new Unreadable('a list in [ ] is not closed on its line')
    const quoted = quotedValue(rest)
    const plain = quoted ? null : /^[^,\]]*/.exec(rest)![0]
    const value = quoted ? quoted.value : plain!.trim()
    rest = (quoted ? quoted.rest : rest.slice(plain!.length)).trimStart()
    if (value !== '') values.push(value)
    if (rest.startsWith(',')) rest = rest.slice(1).trimStart()
    else if (!rest.startsWith(']')) throw new Unreadable('values of a list are set apart by commas')
  }
  if (!comment.test(rest.slice(1))) throw new Unreadable('something follows a list')
  return values
}

interface Reading {
  title: string
  lang: string
  readonly lists: Record<ListName, string[]>
  readonly seen: Set<string>
  /** The list that `- ` lines belong to. */
  open: ListName | null
}

function readLine(reading: Reading, line: string): void {
  if (comment.test(line)) return
  const item = /^\s*-\s+(.*)$/s.exec(line)
  if (item) {
    if (!reading.open) throw new Unreadable('a "- " line belongs below products, models, faults or questions')
    const value = scalar(item[1]!)
    if (value !== '') reading.lists[reading.open].push(value)
    return
  }
  const member = /^([a-z]+)\s*:(?:\s+(.*))?$/s.exec(line)
  if (!member) throw new Unreadable('a line is "name: value" or "- value"')
  const [, name, raw = ''] = member as unknown as [string, string, string | undefined]
  if (reading.seen.has(name)) throw new Unreadable(`${name} stands there twice`)
  reading.seen.add(name)
  reading.open = null
  const value = raw.trim()
  if (isList(name)) {
    if (comment.test(value)) reading.open = name
    else if (value.startsWith('[')) reading.lists[name].push(...flowList(value))
    else reading.lists[name].push(...[scalar(value)].filter((each) => each !== ''))
  } else if (name === 'title' || name === 'lang') reading[name] = scalar(value)
  else throw new Unreadable(`${name} is not known; title, products, models, faults, lang and questions are`)
}

const once = (values: readonly string[]) => [...new Set(values)]

/**
 * Reads a file of the small part of YAML that articles use: `name: value`, lists in [ ] or as `- ` lines, quotes, comments. What
 * is not understood is refused with its line (`knowledge.front_matter`), never skipped. Line ends become \n; the body is trimmed.
 */
export function readArticle(file: string): Result<ArticleFile> {
  const lines = file
    .replace(/^\uFEFF/, '')
    .replaceAll('\u0000', '')
    .toWellFormed()
    .split(/\r\n|\n|\r/)
  if (lines[0]?.trimEnd() !== '---') return invalid(1, 'the file does not begin with a line ---')
  const end = lines.findIndex((line, i) => i > 0 && line.trimEnd() === '---')
  if (end < 0) return invalid(lines.length, 'the front matter is not closed by a line ---')
  const reading: Reading = {
    title: '',
    lang: 'zh',
    lists: { products: [], models: [], faults: [], questions: [] },
    seen: new Set(),
    open: null,
  }
  for (let i = 1; i < end; i++) {
    try {
      readLine(reading, lines[i]!)
    } catch (error) {
      if (error instanceof Unreadable) return invalid(i + 1, error.message)
      throw error
    }
  }
  const { products, models, faults, questions } = reading.lists
  return ok({
    front: {
      title: reading.title,
      products: once(products),
      models: once(models),
      faults: once(faults),
      lang: reading.lang,
      questions: once(questions),
    },
    body: lines
      .slice(end + 1)
      .join('\n')
      .trim(),
  })
}

/** Whether a text reads back as it is without quotes, also in [ ]. */
const plainText = /^[\p{L}\p{N}](?:[\p{L}\p{N} ._/+？！，。、-]*[\p{L}\p{N}？！。])?$/u

const shown = (text: string) => (plainText.test(text) ? text : JSON.stringify(text))

/** The file of an article; `readArticle` reads the same from it. */
export function writeArticle({ front, body }: ArticleFile): string {
  const list = (name: ListName) =>
    front[name].length === 0 ? [] : [`${name}: [${front[name].map(shown).join(', ')}]`]
  const questions =
    front.questions.length === 0 ? [] : ['questions:', ...front.questions.map((q) => `  - ${shown(q)}`)]
  return [
    '---',
    `title: ${shown(front.title)}`,
    ...list('products'),
    ...list('models'),
    ...list('faults'),
    `lang: ${shown(front.lang)}`,
    ...questions,
    '---',
    '',
    body,
    '',
  ].join('\n')
}
