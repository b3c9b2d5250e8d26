/** A line of an emulated chat, as a person sees it. */
export interface Line {
  /** `note` is the simulator's own word about what happened. */
  readonly by: 'person' | 'hub' | 'note'
  readonly text: string
  readonly picture?: boolean
  readonly card?: SeenCard
}

/** Colours in which a vendor marks urgency, or what became of a card. */
export type Colour = 'grey' | 'black' | 'blue' | 'wathet' | 'green' | 'yellow' | 'orange' | 'red'

/** A card on an emulated screen. */
export interface SeenCard {
  readonly id: string
  readonly title: string
  /** Of its head or its edge. */
  readonly colour: Colour
  /** Short words in colour: the urgency, what became of the card. */
  readonly tags: readonly { readonly text: string; readonly colour: Colour }[]
  /** From top to bottom; a line of text has an empty label. */
  readonly lines: readonly { readonly label: string; readonly value: string; readonly url?: string }[]
  readonly buttons: readonly SeenButton[]
}

export interface SeenButton {
  readonly key: string
  readonly text: string
  readonly style: 'primary' | 'danger' | 'default'
  /** The page that it opens; others are tapped. */
  readonly url?: string
  /** Grey: it only says what became of the card. */
  readonly dead?: boolean
}

/** All words of a card. */
export function wordsOf({ title, tags, lines, buttons }: SeenCard): string {
  const words = [
    title,
    ...tags.map(({ text }) => text),
    ...lines.flatMap(({ label, value }) => [label, value]),
  ]
  return [...words, ...buttons.map(({ text }) => text)].join(' ')
}

/** Somebody with a phone in hand: customers write, engineers tap. */
export interface Person {
  readonly id: string
  readonly name: string
  readonly role: 'customer' | 'engineer'
}

/** The chat windows of one emulated vendor. */
export interface ChatWindow {
  readonly vendor: string
  readonly zh: string
  readonly en: string
  readonly people: readonly Person[]
  screen(personId: string): readonly Line[]
  /** Reads anew what a screen shows only when it is asked for, as a web page does. */
  refresh?(): Promise<void>
  /** Resolves to what the vendor knows of the delivery: on WeChat, the number of tries. */
  say?(personId: string, text: string): Promise<unknown>
  /** The answer to the next callback is lost on the way, so that the vendor delivers it again. */
  loseAnswer?(): void
  /** Calls the hotline, talks, and hangs up. */
  call?(personId: string): Promise<unknown>
  sendImage?(personId: string, content: Buffer): Promise<unknown>
  /** Taps a button of a card; resolves to what the vendor showed, e.g. a toast. */
  press?(personId: string, cardId: string, key: string): Promise<string>
}

/** An emulated vendor: its account at the hub, and its windows once that account is there. */
export interface Vendor {
  readonly kind: string
  readonly accountName: string
  /** Settings of the channel account at the hub. */
  readonly config: Readonly<Record<string, unknown>>
  /** Told where the hub takes this account's callbacks. */
  connect(callbackUrl: string): void
  readonly window?: ChatWindow
  /** Makes an engineer known to the vendor and gives them a screen; returns the id by which the vendor names them. */
  employ?(engineer: { readonly number: string; readonly name: string }): string
  stop(): Promise<void>
}
