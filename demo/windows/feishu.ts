import { FeishuEmulator } from '../../channels/feishu/emulator/index.ts'
import type { SeenCard as FeishuCard } from '../../channels/feishu/emulator/screen.ts'
import type { Line, Person, SeenCard, Vendor } from './window.ts'

function cardOf(card: FeishuCard): SeenCard {
  const pressed = card.buttons.map((button) => button.value ?? {})
  return {
    id: String(pressed.find((value) => value.cardId)?.cardId ?? ''),
    title: [card.title, ...card.tags].join(' · '),
    lines: card.words,
    buttons: card.buttons.map(({ text, url }, i) => ({
      key: String(pressed[i]?.key ?? ''),
      text,
      ...(url ? { url } : {}),
    })),
  }
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
