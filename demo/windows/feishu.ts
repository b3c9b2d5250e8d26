import { FeishuEmulator } from '../../channels/feishu/emulator/index.ts'
import type { SeenCard as FeishuCard } from '../../channels/feishu/emulator/screen.ts'
import type { Colour, Line, Person, SeenCard, Vendor } from './window.ts'

const known = ['grey', 'blue', 'wathet', 'green', 'yellow', 'orange', 'red'] as const
const colourOf = (template: string): Colour => known.find((each) => each === template) ?? 'grey'
/** A tag of these words keeps its colour when the head takes another one. */
const urgencies: Readonly<Record<string, Colour>> = { 不急: 'wathet', 加急: 'orange', 紧急: 'red' }

/** The card as it stands on a Feishu screen. */
export function cardOf(card: FeishuCard): SeenCard {
  const pressed = card.buttons.map((button) => button.value ?? {})
  const colour = colourOf(card.template)
  return {
    id: String(pressed.find((value) => value.cardId)?.cardId ?? ''),
    title: card.title,
    colour,
    tags: card.tags.map((text) => ({ text, colour: urgencies[text] ?? colour })),
    lines: pairs(card.words),
    buttons: card.buttons.map(({ text, type, url }, i) => ({
      key: String(pressed[i]?.key ?? ''),
      text,
      style: type.startsWith('primary') ? 'primary' : type.startsWith('danger') ? 'danger' : 'default',
      ...(url ? { url } : {}),
    })),
  }
}

/** Labels and values follow each other; one word too many is a text above them. */
function pairs(words: readonly string[]): SeenCard['lines'] {
  const above = words.length % 2
  const lines = words.slice(0, above).map((value) => ({ label: '', value }))
  for (let i = above; i < words.length; i += 2) lines.push({ label: words[i]!, value: words[i + 1]! })
  return lines
}

/** Feishu: a user reports a fault; engineers get cards. */
export async function feishu(): Promise<Vendor> {
  const emulator = await new FeishuEmulator({ mode: 'long-connection' }).start()
  const people: Person[] = []
  const add = (name: string, role: Person['role']) => {
    const id = emulator.world.person(name).open_id
    people.push({ id, name, role })
    return id
  }
  add('吴经理', 'customer')
  const nameOf = (id: string) => people.find((each) => each.id === id)!.name
  return {
    kind: 'feishu',
    accountName: '模拟飞书',
    config: {
      mode: 'long-connection',
      appId: emulator.appId,
      appSecret: emulator.appSecret,
      baseUrl: emulator.baseUrl,
    },
    connect: () => {},
    employ: ({ name }) => add(name, 'engineer'),
    window: {
      vendor: 'feishu',
      zh: '飞书',
      en: 'Feishu',
      people,
      screen: (id) =>
        emulator.screen(nameOf(id)).map(
          ({ from, text, card, file }): Line => ({
            by: from === id ? 'person' : 'hub',
            text,
            ...(file ? { picture: true } : {}),
            ...(card ? { card: cardOf(card) } : {}),
          }),
        ),
      say: (id, text) => emulator.say(nameOf(id), text),
      sendImage: (id, content) => emulator.sendImage(nameOf(id), content),
      press: async (id, cardId, key) => (await emulator.press(nameOf(id), cardId, key)).toast.content,
    },
    stop: () => emulator.stop(),
  }
}
