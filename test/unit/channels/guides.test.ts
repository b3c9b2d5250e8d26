import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { channelLoaders } from '../../../src/app/channel-list.ts'
import type { GuideStep } from '../../../src/contract/channel.ts'

interface Member {
  readonly enum?: readonly string[]
}
interface Settings {
  readonly properties: Readonly<Record<string, Member>>
  readonly required?: readonly string[]
}

/** Channels that are connected on a vendor's pages. */
const vendors = [
  'wechat-oa',
  'wecom-kf',
  'wecom',
  'wecom-bot',
  'dingtalk',
  'feishu',
  'phone-webhook',
] as const

describe.each(vendors)('the guide of %s', (kind) => {
  const load = async () => {
    const channel = await channelLoaders[kind]!()
    const settings = z.toJSONSchema(channel.configSchema, { io: 'input', unrepresentable: 'any' }) as unknown
    return { guide: channel.guide as readonly GuideStep[], settings: settings as Settings }
  }

  it('says each step in both languages', async () => {
    const { guide } = await load()
    expect(guide.length).toBeGreaterThanOrEqual(4)
    for (const { zh, en } of guide) {
      expect(zh).toMatch(/\p{Script=Han}.*。$/u)
      expect(en).toMatch(/[a-z].*\.$/)
    }
  })

  it('names only settings that the account has, and every one that it needs', async () => {
    const { guide, settings } = await load()
    const named = guide.flatMap(({ fields = [] }) => fields)
    expect(named.filter((field) => !(field in settings.properties))).toEqual([])
    expect((settings.required ?? []).filter((field) => !named.includes(field))).toEqual([])
    expect(new Set(named).size).toBe(named.length)
  })

  it('names only modes that the account can be in, and in each of them says where messages come from', async () => {
    const { guide, settings } = await load()
    const modes = settings.properties.mode?.enum ?? []
    for (const step of guide) for (const mode of step.modes ?? []) expect(modes).toContain(mode)
    const calledIn = (mode: string | null) =>
      guide.some((step) => step.callback && (!step.modes || (mode !== null && step.modes.includes(mode))))
    const connects = ['long-connection', 'stream']
    if (modes.some((mode) => connects.includes(mode)))
      for (const mode of modes) expect([mode, calledIn(mode)]).toEqual([mode, !connects.includes(mode)])
    else expect(calledIn(null)).toBe(kind !== 'wecom-bot')
  })
})
