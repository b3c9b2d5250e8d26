import { describe, expect, it } from 'vitest'
import { channelLoaders } from '../../../src/app/channel-list.ts'
import type { GuideStep } from '../../../src/contract/channel.ts'
import { settingsSchema } from '../../../src/inbox/accounts.ts'
import {
  arrange,
  presetOf,
  type Schema,
  settingKind,
  stepsFor,
} from '../../../web/console/channels/schema.ts'
import { settingWords } from '../../../web/console/words/channels.ts'

/** Modes in which the hub connects by itself: nothing is pasted on the vendor's page. */
const connecting = ['long-connection', 'stream']
/** Kinds that are never called: they connect or poll, or their pages are the hub's own. */
const neverCalled = ['email', 'qr', 'wecom-bot']

const load = async (kind: string) => {
  const channel = await channelLoaders[kind]!()
  const settings = settingsSchema(channel) as Schema
  const guide = (channel.guide ?? []).map(
    ({ fields = [], modes = [], presets = [], ...step }: GuideStep) => ({
      ...step,
      fields,
      modes,
      presets,
    }),
  )
  const presets = (channel.presets ?? []).map(({ key }) => key)
  const modes = settings.properties?.mode?.enum ?? []
  const ways = (modes.length > 0 ? modes : [null]).flatMap((mode) =>
    [...presets, 'other'].map((preset) => ({ mode, preset, steps: stepsFor(guide, mode, preset) })),
  )
  return { guide, settings, presets, modes, ways }
}

/** Every setting with its path, those of groups too. */
const every = (schema: Schema, path: readonly string[] = []): { path: readonly string[]; member: Schema }[] =>
  Object.entries(schema.properties ?? {}).flatMap(([name, member]) => [
    { path: [...path, name], member },
    ...(settingKind(member) === 'group' ? every(member, [...path, name]) : []),
  ])

describe.each(Object.keys(channelLoaders))('the guide of %s', (kind) => {
  it('says each step in both languages', async () => {
    const { ways } = await load(kind)
    for (const { steps } of ways) {
      expect(steps.length).toBeGreaterThanOrEqual(4)
      for (const { zh, en } of steps) {
        expect(zh).toMatch(/\p{Script=Han}.*。$/u)
        expect(en).toMatch(/[a-z].*\.$/)
      }
      expect(new Set(steps.map(({ en }) => en)).size).toBe(steps.length)
    }
  })

  it('names only settings that the account has, each once, and every one that it needs', async () => {
    const { ways, settings } = await load(kind)
    const needed = (settings.required ?? []).filter(
      (name) => settings.properties?.[name]?.essential !== false,
    )
    for (const { steps } of ways) {
      const named = steps.flatMap(({ fields }) => fields)
      expect(named.filter((name) => !(name in (settings.properties ?? {})))).toEqual([])
      expect(needed.filter((name) => !named.includes(name))).toEqual([])
      expect(new Set(named).size).toBe(named.length)
    }
  })

  it('folds nothing away that a step names, and draws a box for it', async () => {
    const { ways, settings } = await load(kind)
    for (const { mode, steps } of ways) {
      const named = steps.flatMap(({ fields }) => fields)
      for (const guided of [true, false]) {
        const { open, folded } = arrange(settings, steps, mode, guided)
        expect(named.filter((name) => !open.includes(name))).toEqual([])
        expect(folded.filter((name) => named.includes(name))).toEqual([])
      }
      for (const name of named) expect(settingKind(settings.properties![name]!)).not.toBe('json')
    }
  })

  it('names only modes and presets that there are, and in each says where messages come from', async () => {
    const { ways, guide, presets, modes } = await load(kind)
    for (const step of guide) {
      for (const mode of step.modes) expect(modes).toContain(mode)
      for (const preset of step.presets) expect([...presets, 'other']).toContain(preset)
    }
    for (const { mode, steps } of ways) {
      const isCalled = mode === null ? !neverCalled.includes(kind) : !connecting.includes(mode)
      expect(steps.filter(({ part }) => part === 'callback').length).toBe(isCalled ? 1 : 0)
    }
  })

  it('ends with the wait for a test message, after a connection test', async () => {
    const { ways } = await load(kind)
    for (const { steps } of ways) {
      const parts = steps.flatMap(({ part = [] }) => part)
      expect(parts.filter((part) => part !== 'callback')).toEqual(['test', 'wait'])
      expect(steps.at(-1)?.part).toBe('wait')
    }
  })

  it('has words for every setting and every choice, in one language at a time', async () => {
    const { settings } = await load(kind)
    const drawn = every(settings).filter(({ member }) => !member.supplied)
    for (const { path, member } of drawn) {
      expect(settingWords).toHaveProperty(path.at(-1)!)
      expect([path, Object.keys(member)]).not.toEqual([path, expect.arrayContaining(['description'])])
      if (member.hint) {
        expect(member.hint.zh).toMatch(/\p{Script=Han}/u)
        expect(member.hint.en).toMatch(/^[\x20-\x7e›…\p{Script=Han}]+$/u)
        expect(member.hint.en).not.toMatch(/[\u3001\u3002\uff0c\uff1b]/)
      }
      for (const value of member.enum ?? []) {
        expect([path, value, member.options?.[value]]).toEqual([
          path,
          value,
          { zh: expect.any(String), en: expect.any(String) },
        ])
      }
    }
  })
})

describe('settings in the set-up form', () => {
  const schema: Schema = {
    required: ['id', 'servers'],
    properties: {
      id: { type: 'string' },
      servers: { type: 'object', properties: {}, essential: false },
      mode: { enum: ['push', 'pull'], essential: true },
      key: { type: 'string', essential: true, modes: ['push'] },
      tokens: { type: 'array', supplied: true },
      pause: { type: 'integer' },
    },
  }

  it('stand open when they are needed or named, are folded otherwise, and are left out where they mean nothing', () => {
    expect(arrange(schema, [], 'pull', false)).toEqual({ open: ['id', 'mode'], folded: ['servers', 'pause'] })
    expect(arrange(schema, [{ fields: ['servers'] }], 'push', false)).toEqual({
      open: ['id', 'servers', 'mode', 'key'],
      folded: ['pause'],
    })
    expect(arrange(schema, [{ fields: ['key'] }], 'push', true)).toEqual({
      open: ['id', 'key'],
      folded: ['servers', 'mode', 'pause'],
    })
  })

  it('are recognised as those of the preset that they hold', () => {
    const presets = [
      { key: 'a', config: { imap: { host: 'a.example', port: 993 } } },
      { key: 'b', config: { imap: { host: 'b.example' }, lines: ['x'] } },
    ]
    expect(presetOf(presets, { imap: { host: 'a.example', port: 993, security: 'tls' } })).toBe('a')
    expect(presetOf(presets, { imap: { host: 'b.example' }, lines: ['x'] })).toBe('b')
    expect(presetOf(presets, { imap: { host: 'b.example' }, lines: ['y'] })).toBe(null)
    expect(presetOf(presets, {})).toBe(null)
  })
})
