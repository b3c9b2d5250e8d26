import { type ScreenItem, startWecomEmulator } from '../../channels/wecom/emulator/index.ts'
import type { Line, Person, SeenCard, Vendor } from './window.ts'

interface TemplateCard {
  readonly task_id?: string
  readonly main_title?: { readonly title?: string; readonly desc?: string }
  readonly sub_title_text?: string
  readonly horizontal_content_list?: readonly { readonly keyname: string; readonly value?: string }[]
  readonly button_list?: readonly { readonly key?: string; readonly text: string; readonly url?: string }[]
}

function cardOf(raw: TemplateCard): SeenCard {
  const lines = (raw.horizontal_content_list ?? []).map(({ keyname, value }) => `${keyname}  ${value ?? ''}`)
  return {
    id: raw.task_id ?? '',
    title: raw.main_title?.title ?? '',
    lines: [raw.main_title?.desc, raw.sub_title_text, ...lines].filter((line): line is string =>
      Boolean(line),
    ),
    buttons: (raw.button_list ?? []).map(({ key, text, url }) => ({
      key: key ?? '',
      text,
      ...(url ? { url } : {}),
    })),
  }
}

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
