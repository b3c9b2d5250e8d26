import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Words } from '../../../web/ui/language.ts'
import { duration } from '../../../web/ui/time.tsx'

const folder = new URL('../../../web/console/words/', import.meta.url)
const parameters = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort()

describe('the dictionaries of the console', () => {
  const areas = readdirSync(folder)
  it.each(areas)('%s has every word in both languages, with the same parameters', async (area) => {
    const exported = (await import(new URL(area, folder).href)) as Record<string, Words>
    for (const [name, words] of Object.entries(exported)) {
      for (const [key, [zh, en]] of Object.entries(words)) {
        expect(zh.trim(), `${name}.${key} in Chinese`).not.toBe('')
        expect(en.trim(), `${name}.${key} in English`).not.toBe('')
        expect(parameters(en), `${name}.${key}`).toEqual(parameters(zh))
      }
    }
  })
})

describe('lengths of time in words', () => {
  it('names the two largest units', () => {
    expect(duration(93_784_000, 'zh')).toBe('1 天 2 小时')
    expect(duration(-4_800_000, 'en')).toBe('1 h 20 min')
    expect(duration(59_000, 'zh')).toBe('不到 1 分钟')
  })
})
