import type { Catalogue } from '../../contract/extraction.ts'
import type { Mark } from '../span.ts'
import { weak } from './category-weak.ts'
import { defaultCategories } from './category-words.ts'
import { markOf, type Scene } from './scene.ts'

/** A product category and the word that named it. */
export interface CategoryFinding {
  readonly value: string
  readonly mark: Mark
  readonly score: number
}

const parcel =
  /还没到|没收到|未收到|到哪|派送|中转|运单|快递单|少送|少货|少了一|破损|丢件|丢了|签收|物流|送错|延误|催件|改地址|收件人|拒收|not arrived|where is|hasn't arrived|delivered|tracking/i

function wordsOf(catalogue: Catalogue): { word: string; category: string; base: number }[] {
  const categories = catalogue.categories.length > 0 ? catalogue.categories : defaultCategories
  return categories.flatMap(({ name, aliases }) =>
    (name === '其他' ? aliases : [name, ...aliases]).map((word) => ({
      word,
      category: name,
      base: weak.has(word) ? 1 : word === name || /[机器灶柜]$/.test(word) ? 3.5 : 3,
    })),
  )
}

/** The words that stand for a category in a catalogue. */
export function categoryWords(category: string, catalogue: Catalogue): string[] {
  return wordsOf(catalogue)
    .filter((entry) => entry.category === category)
    .map((entry) => entry.word)
}

/** The category that a word stands for in a catalogue, or null. */
export function categoryOf(word: string, catalogue: Catalogue): string | null {
  const low = word.toLowerCase()
  return wordsOf(catalogue).find((entry) => entry.word.toLowerCase() === low)?.category ?? null
}

/** Where words of any category stand in a text, [start, end). */
export function categoryPlaces(text: string, catalogue: Catalogue): (readonly [number, number])[] {
  const low = text.toLowerCase()
  return wordsOf(catalogue).flatMap(({ word }) => {
    const at = indexOfWord(low, word.toLowerCase())
    return at < 0 ? [] : [[at, at + word.length] as const]
  })
}

/** Whether a catalogue, or the default one where it is empty, has this category. */
export function isCategory(name: string, catalogue: Catalogue): boolean {
  const categories = catalogue.categories.length > 0 ? catalogue.categories : defaultCategories
  return categories.some((category) => category.name === name)
}

/** The product that the conversation is about. */
export function findCategory(scene: Scene): CategoryFinding | null {
  const words = wordsOf(scene.input.catalogue)
  const best = new Map<string, CategoryFinding>()
  const text = scene.customer.map((u) => u.plain.text).join('\n')
  const shipping = parcel.test(text) ? 3 : 0
  for (const u of scene.utterances) {
    const low = u.plain.text.toLowerCase()
    for (const { word, category, base } of words) {
      const at = indexOfWord(low, word.toLowerCase())
      if (at < 0) continue
      const mark = markOf(u, u.plain, at, at + word.length)
      if (!mark) continue
      const early = Math.max(0, 1 - u.at / 20)
      const score =
        base + (category === '物流' ? shipping : 0) + word.length / 10 + (u.customer ? early : -2.2)
      const known = best.get(category)
      if (!known) best.set(category, { value: category, mark, score })
      else
        best.set(
          category,
          score > known.score
            ? { value: category, mark, score: score + 0.4 }
            : { ...known, score: known.score + 0.4 },
        )
    }
  }
  const ranked = [...best.values()].sort((a, b) => b.score - a.score)
  const top = ranked[0]
  return top && top.score > 0.5 ? top : null
}

function indexOfWord(text: string, word: string): number {
  if (!/[a-z]/.test(word)) return text.indexOf(word)
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const bounded =
      !/[a-z]/.test(text[at - 1] ?? '') &&
      (!/[a-z]/.test(text[at + word.length] ?? '') || text[at + word.length] === 's')
    if (bounded) return at
  }
  return -1
}
