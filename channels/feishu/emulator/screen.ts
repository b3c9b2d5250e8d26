/** A card as a person sees it. */
export interface SeenCard {
  readonly title: string
  /** Colour of the head. */
  readonly template: string
  readonly tags: readonly string[]
  /** Words of the body from top to bottom. */
  readonly words: readonly string[]
  readonly buttons: readonly SeenButton[]
}

export interface SeenButton {
  readonly text: string
  readonly type: string
  /** Where it leads; a button without is a callback. */
  readonly url?: string
  /** What the app gets back, as it gave it. */
  readonly value?: Readonly<Record<string, unknown>>
}

type Node = Readonly<Record<string, unknown>>

const nodeOf = (value: unknown): Node =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Node) : {}
const textOf = (value: unknown) => (typeof value === 'string' ? value : '')
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** Components of JSON 2.0 that this emulator draws. */
const known = new Set(['div', 'markdown', 'hr', 'img', 'column_set', 'column', 'button', 'form', 'input'])

/** What is wrong with a card in JSON 2.0; null when Feishu would take it. */
export function faultOf(card: unknown): string | null {
  const root = nodeOf(card)
  if (root.schema !== '2.0') return 'schema must be 2.0'
  if (nodeOf(root.config).update_multi !== true) return 'update_multi must be true in schema 2.0'
  if (!Array.isArray(nodeOf(root.body).elements)) return 'body.elements is missing'
  return faultIn(nodeOf(root.body).elements)
}

function faultIn(elements: unknown): string | null {
  for (const one of list(elements)) {
    const element = nodeOf(one)
    const tag = textOf(element.tag)
    if (!known.has(tag)) return `unsupported tag ${tag} in schema 2.0`
    if (tag === 'button' && faultOfButton(element)) return faultOfButton(element)
    const inner = faultIn(element.elements) ?? faultIn(element.columns)
    if (inner) return inner
  }
  return null
}

function faultOfButton(button: Node): string | null {
  if (!textOf(nodeOf(button.text).content)) return 'a button without text'
  for (const one of list(button.behaviors)) {
    const { type, default_url: url, value } = nodeOf(one)
    if (type === 'open_url' && !textOf(url)) return 'open_url without default_url'
    if (type === 'callback' && value === undefined) return 'callback without value'
  }
  return null
}

/** Draws a card for a screen. */
export function seenCard(card: unknown): SeenCard {
  const { header, body } = nodeOf(card)
  const head = nodeOf(header)
  const words: string[] = []
  const buttons: SeenButton[] = []
  draw(nodeOf(body).elements, words, buttons)
  return {
    title: textOf(nodeOf(head.title).content),
    template: textOf(head.template),
    tags: list(head.text_tag_list).map((one) => textOf(nodeOf(nodeOf(one).text).content)),
    words,
    buttons,
  }
}

function draw(elements: unknown, words: string[], buttons: SeenButton[]): void {
  for (const one of list(elements)) {
    const element = nodeOf(one)
    if (element.tag === 'div') words.push(textOf(nodeOf(element.text).content))
    else if (element.tag === 'markdown') words.push(textOf(element.content))
    else if (element.tag === 'button') buttons.push(buttonOf(element))
    draw(element.columns, words, buttons)
    draw(element.elements, words, buttons)
  }
}

function buttonOf(button: Node): SeenButton {
  const behaviour = nodeOf(list(button.behaviors)[0])
  const url = textOf(behaviour.default_url)
  return {
    text: textOf(nodeOf(button.text).content),
    type: textOf(button.type),
    ...(url ? { url } : {}),
    ...(behaviour.type === 'callback' ? { value: nodeOf(behaviour.value) } : {}),
  }
}

/** The words of a message that is no card. */
export function wordsOf(type: string, content: string): string {
  const body = nodeOf(JSON.parse(content))
  if (type === 'text') return textOf(body.text)
  if (type !== 'post') return ''
  const post = nodeOf(body.zh_cn ?? body)
  const lines = list(post.content).map((line) =>
    list(line)
      .map((one) => textOf(nodeOf(one).text))
      .join(''),
  )
  return [textOf(post.title), ...lines].filter(Boolean).join('\n')
}
