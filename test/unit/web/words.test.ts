import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { errors } from '../../../src/kernel/errors.ts'
import { fill } from '../../../web/ui/fill.ts'
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

const modules = [
  ...readdirSync(folder).map((area) => new URL(area, folder).href),
  new URL('../../../web/customer/words.ts', import.meta.url).href,
  new URL('../../../web/engineer/words.ts', import.meta.url).href,
]

/** The English halves of the pairs in what a module exports. */
function englishOf(value: unknown): string[] {
  if (Array.isArray(value)) return typeof value[1] === 'string' ? [value[1]] : value.flatMap(englishOf)
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(englishOf)
  return []
}

/** Words on an s that are no nouns of several. */
const notCounted = new Set(['answers', 'exists', 'has', 'is', 's', 'this', 'was'])

/** Nouns of several that follow a value without a form for one. */
const plurals = (text: string) =>
  [...text.matchAll(/\{\w+\}((?: [a-z]+){1,3})/g)]
    .flatMap(([, after]) => after!.trim().split(' '))
    .filter((word) => /s$|^people$/.test(word) && !notCounted.has(word))

describe('a count in an English text', async () => {
  const texts = [
    ...(await Promise.all(modules.map(async (file) => englishOf(await import(file))))).flat(),
    ...Object.values(errors).map((each) => each.en),
  ]

  it('has a form for one beside the one for many', () => {
    expect(texts.length).toBeGreaterThan(1300)
    expect(texts.filter((text) => plurals(text).length > 0)).toEqual([])
    expect(plurals('{n} child tickets are open')).toEqual(['tickets'])
  })

  it('takes its form by a value that the text or its caller counts with', () => {
    const marks = texts.flatMap((text) => text.match(/\{\w*\|[^}]*\}?/g) ?? [])
    expect(marks.length).toBeGreaterThan(40)
    expect(marks.filter((mark) => !/^\{\w+\|[^|{}]+\|[^|{}]+\}$/.test(mark))).toEqual([])
    for (const text of texts) {
      const counted = [...text.matchAll(/\{(\w+)\|/g)].map((mark) => mark[1]!)
      // The unit beside a box stands by itself.
      if (/^\{n\|[^}]*\}$/.test(text)) continue
      for (const name of counted) expect(text).toContain(`{${name}}`)
    }
  })

  it('is said as one for one alone', () => {
    const text = '{n} {n|reply|replies} left'
    expect(fill(text, { n: 1 })).toBe('1 reply left')
    expect(fill(text, { n: '1' })).toBe('1 reply left')
    expect([0, 2, 1.5, 11].map((n) => fill(text, { n }))).toEqual([
      '0 replies left',
      '2 replies left',
      '1.5 replies left',
      '11 replies left',
    ])
  })
})

describe('lengths of time in words', () => {
  it('names the two largest units', () => {
    expect(duration(93_784_000, 'zh')).toBe('1 天 2 小时')
    expect(duration(-4_800_000, 'en')).toBe('1 h 20 min')
    expect(duration(59_000, 'zh')).toBe('不到 1 分钟')
  })
})
