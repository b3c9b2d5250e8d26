import { type ScreenItem, startWecomEmulator } from '../../channels/wecom/emulator/index.ts'
import type { Colour, Line, Person, SeenButton, SeenCard, Vendor } from './window.ts'

interface TemplateCard {
  readonly task_id?: string
  readonly source?: { readonly desc?: string; readonly desc_color?: number | string }
  readonly main_title?: { readonly title?: string; readonly desc?: string }
  readonly sub_title_text?: string
  readonly horizontal_content_list?: readonly {
    readonly keyname: string
    readonly value?: string
    readonly url?: string
  }[]
  readonly button_list?: readonly {
    readonly key?: string
    readonly text: string
    readonly style?: number | string
    readonly url?: string
  }[]
  readonly replace_text?: string
}

/** `source.desc_color` of document 90236. */
const colours: readonly Colour[] = ['grey', 'black', 'red', 'green']

/** The card as WeCom draws it (document 90236). */
export function cardOf(raw: TemplateCard): SeenCard {
  const colour = colours[Number(raw.source?.desc_color ?? 0)] ?? 'grey'
  const texts = [raw.main_title?.desc, ...(raw.sub_title_text?.split('\n') ?? [])]
  return {
    id: raw.task_id ?? '',
    title: raw.main_title?.title ?? '',
    colour,
    tags: raw.source?.desc ? [{ text: raw.source.desc, colour }] : [],
    lines: [
      ...texts.flatMap((value) => (value ? [{ label: '', value }] : [])),
      ...(raw.horizontal_content_list ?? []).map(({ keyname, value, url }) => ({
        label: keyname,
        value: value ?? '',
        ...(url ? { url } : {}),
      })),
    ],
    buttons: buttonsOf(raw),
  }
}

/** A card that was answered greys what could be tapped, and says there what became of it. */
function buttonsOf({ button_list: list = [], replace_text: became }: TemplateCard): SeenCard['buttons'] {
  const shown = list.map(({ key, text, style, url }) => ({
    ...{ key: key ?? '', text, style: styles[Number(style)] ?? ('default' as const) },
    ...(url ? { url } : {}),
  }))
  if (!became) return shown
  return [{ key: '', text: became, style: 'default', dead: true }, ...shown.filter(({ url }) => url)]
}

const styles: Readonly<Record<number, SeenButton['style']>> = { 1: 'primary', 2: 'default', 4: 'danger' }

function lineOf(item: ScreenItem): Line {
  return {
    by: item.from === 'member' ? 'person' : 'hub',
    text: item.text,
    ...(item.kind === 'image' ? { picture: true } : {}),
    ...(item.card ? { card: cardOf(item.card as TemplateCard) } : {}),
  }
}

/** WeCom: engineers get job cards and tap. */
export async function wecom(): Promise<Vendor> {
  const emulator = await startWecomEmulator()
  const people: Person[] = []
  return {
    kind: 'wecom',
    accountName: '模拟企业微信',
    config: {
      corpId: emulator.state.corpId,
      agentId: emulator.state.agentId,
      secret: emulator.state.secret,
      token: emulator.state.token,
      aesKey: emulator.state.aesKey,
      baseUrl: emulator.url,
    },
    connect: (url) => {
      emulator.delivery.url = url
    },
    employ({ number, name }) {
      const id = number.toLowerCase()
      emulator.state.members.add(id)
      people.push({ id, name, role: 'engineer' })
      return id
    },
    window: {
      vendor: 'wecom',
      zh: '企业微信',
      en: 'WeCom',
      people,
      screen: (id) => emulator.screen(id).map(lineOf),
      say: (id, text) => emulator.say(id, text),
      sendImage: (id, content) => emulator.sendImage(id, content),
      press: async (id, cardId, key) => ((await emulator.press(id, cardId, key)).accepted ? 'OK' : '—'),
    },
    stop: () => emulator.stop(),
  }
}
