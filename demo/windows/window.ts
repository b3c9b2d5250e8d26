/** A line of an emulated chat, as a person sees it. */
export interface Line {
  readonly by: 'person' | 'hub'
  readonly text: string
  readonly picture?: boolean
  readonly card?: SeenCard
}

/** A card on an emulated screen. */
export interface SeenCard {
  readonly id: string
  readonly title: string
  readonly lines: readonly string[]
  readonly buttons: readonly { readonly key: string; readonly text: string; readonly url?: string }[]
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
  say(personId: string, text: string): Promise<unknown>
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
