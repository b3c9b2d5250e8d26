import { startDingtalkEmulator } from '../../channels/dingtalk/emulator/index.ts'
import type { Colour, Line, Person, SeenButton, SeenCard, Vendor } from './window.ts'

type Params = Readonly<Record<string, string>>

const colours: Readonly<Record<string, Colour>> = {
  ...{ low: 'grey', normal: 'blue', high: 'orange', critical: 'red' },
  ...{ success: 'green', info: 'blue', warning: 'orange', error: 'red' },
}
const colourOf = (word: string | undefined): Colour => colours[word ?? ''] ?? 'blue'

/** The card as the template of channels/dingtalk/README.md draws it from its variables. */
export function cardOf(id: string, params: Params): SeenCard {
  const slots = [1, 2, 3].filter((n) => params[`b${n}_text`])
  const lines = JSON.parse(params.lines || '[]') as SeenCard['lines']
  const { urgency, urgency_text: urgent, state, state_text: became, notice } = params
  return {
    id,
    title: params.title ?? '',
    colour: colourOf(state || urgency),
    tags: [
      ...(urgent ? [{ text: urgent, colour: colourOf(urgency) }] : []),
      ...(became ? [{ text: became, colour: colourOf(state) }] : []),
    ],
    // What a tap answered is mostly the state itself.
    lines: [...lines, ...(notice && notice !== became ? [{ label: '', value: notice }] : [])],
    buttons: [
      ...slots.map((n) => ({
        key: params[`b${n}_key`] ?? '',
        text: params[`b${n}_text`]!,
        style: styleOf(params[`b${n}_style`]),
      })),
      ...(params.link_text
        ? [{ key: '', text: params.link_text, style: 'default' as const, url: params.link_url ?? '' }]
        : []),
    ],
  }
}

const styleOf = (word: string | undefined): SeenButton['style'] =>
  word === 'primary' || word === 'danger' ? word : 'default'

const group = 'cidEmulatedGroup=='

/** DingTalk: a member of a group reports a fault; engineers get interactive cards. */
export async function dingtalk(): Promise<Vendor> {
  const emulator = await startDingtalkEmulator()
  const templateId = 'emulated-job-card.schema'
  emulator.world.templates.add(templateId)
  emulator.world.groups.add(group)
  const member: Person = { id: 'gymember01', name: '门店小陈(群)', role: 'customer' }
  emulator.join(member.id, '门店小陈')
  const people: Person[] = [member]
  const screenOf = (id: string) => (id === member.id ? emulator.groupScreen(group, id) : emulator.screen(id))
  return {
    kind: 'dingtalk',
    accountName: '模拟钉钉',
    config: { ...emulator.settings(), cardTemplateId: templateId },
    connect: () => {},
    employ({ number, name }) {
      const id = number.toLowerCase()
      emulator.join(id, name)
      people.push({ id, name, role: 'engineer' })
      return id
    },
    window: {
      vendor: 'dingtalk',
      zh: '钉钉',
      en: 'DingTalk',
      people,
      screen: (id) =>
        screenOf(id).map((seen): Line => {
          if (seen.kind === 'said') return { by: 'person', text: seen.text }
          if (seen.kind === 'card') return { by: 'hub', text: '', card: cardOf(seen.outTrackId, seen.params) }
          return { by: 'hub', text: seen.param.content ?? seen.param.text ?? seen.param.title ?? '' }
        }),
      say: (id, text) => emulator.say(id, text, id === member.id ? { group } : {}),
      sendImage: (id, content) => emulator.sendImage(id, content, id === member.id ? { group } : {}),
      press: async (id, cardId, key) => {
        const { answered, notice } = await emulator.press(id, cardId, key)
        return answered ? notice || 'OK' : '—'
      },
    },
    stop: () => emulator.stop(),
  }
}
