import type { Catalogue } from '../contract/extraction.ts'
import type { KnowledgeAnswer, KnowledgeQuestion } from '../contract/knowledge.ts'
import type { Front } from './front.ts'
import { personalMeanings } from './meanings.ts'
import { type Passage, passagesOf } from './passages.ts'
import {
  fold,
  matchedWords,
  type ProductNames,
  productNames,
  type Terms,
  takeProducts,
  termsOf,
} from './terms.ts'

/** A published version. */
export interface PublishedArticle {
  readonly id: string
  readonly version: number
  readonly front: Front
  readonly body: string
}

interface Phrasing {
  readonly text: string
  readonly terms: Terms
}

interface PreparedPassage extends Passage {
  readonly terms: Terms
}

interface PreparedArticle extends PublishedArticle {
  /** The title and the questions. */
  readonly phrasings: readonly Phrasing[]
  readonly passages: readonly PreparedPassage[]
}

/** Published articles, made ready to be asked. */
export interface KnowledgeIndex {
  readonly articles: readonly PreparedArticle[]
  readonly names: ProductNames
}

/** Under this score nothing is found. Chosen on the labelled cases of test/fixtures/knowledge, with room on the side of silence. */
export const threshold = 0.64
/** Two articles nearer to each other than this both might answer: then neither does. */
const tooClose = 0.04
/** Longest text that counts, characters. */
const longestQuestion = 2_000
/** A section up to this length, code points, is cited whole. */
const wholeSection = 320
/** What a text without a phrasing that fits may reach at most. */
const textAlone = 0.85

/** Makes articles ready. Pure. */
export function prepareKnowledge(
  published: readonly PublishedArticle[],
  catalogue: Pick<Catalogue, 'categories' | 'models'>,
): KnowledgeIndex {
  const names = productNames(
    catalogue,
    published.map(({ front }) => front),
  )
  const terms = (text: string) => termsOf(takeProducts(text, names).left)
  return {
    names,
    articles: published.map((article) => ({
      ...article,
      phrasings: [article.front.title, ...article.front.questions].map((text) => ({
        text,
        terms: terms(text),
      })),
      passages: passagesOf(article.body).map((passage) => ({
        ...passage,
        terms: terms([...passage.headings, passage.text].join('\n')),
      })),
    })),
  }
}

/** Sentences and clauses of a question, and the whole. */
function clausesOf(text: string): string[] {
  const clauses = text.split(/[，。！？；、,!?;\n]+|\.(?=\s|$)/).filter((clause) => clause.trim() !== '')
  const pairs = clauses.slice(1).map((clause, i) => `${clauses[i]}，${clause}`)
  return [...new Set([text, ...clauses, ...pairs])]
}

function weigh(terms: Terms, within?: ReadonlyMap<string, number>): number {
  let sum = 0
  for (const [token, weight] of terms.weights) if (!within || within.has(token)) sum += weight
  return sum
}

interface Asked {
  readonly whole: Terms
  readonly clauses: readonly Terms[]
  readonly categories: ReadonlySet<string>
  readonly models: ReadonlySet<string>
  /** The fault type that is known, or else the words, in which an article's fault may stand. */
  readonly fault: string
  readonly lang: string
}

function readQuestion(question: KnowledgeQuestion, names: ProductNames): Asked {
  const text = Array.from(question.text.toWellFormed()).slice(0, longestQuestion).join('')
  const { left, categories, models } = takeProducts(text, names)
  const given = question.model ? takeProducts(question.model, names) : null
  if (question.model) models.add([...(given?.models ?? [])][0] ?? question.model)
  if (categories.size === 0) for (const each of given?.categories ?? []) categories.add(each)
  if (categories.size === 0 && question.category) categories.add(question.category)
  return {
    whole: termsOf(left),
    clauses: clausesOf(left).map(termsOf),
    categories,
    models,
    fault: fold(question.fault ?? text),
    lang: (question.lang ?? (/\p{Script=Han}/u.test(text) ? 'zh' : 'en')).slice(0, 2).toLowerCase(),
  }
}

/** Whether an article is about the product that is asked for. An article of one product answers only who named it. */
function fits(article: PreparedArticle, asked: Asked): boolean {
  const { products, models, lang } = article.front
  if (lang.slice(0, 2).toLowerCase() !== asked.lang) return false
  if (products.length > 0) {
    // Whoever names two products is not answered for one of them.
    if (asked.categories.size === 0 || ![...asked.categories].every((each) => products.includes(each)))
      return false
  }
  if (models.length === 0) return true
  const known = new Set(models.map(fold))
  return asked.models.size > 0 && [...asked.models].every((model) => known.has(fold(model)))
}

interface Match {
  readonly article: PreparedArticle
  readonly score: number
  readonly clause: Terms
  readonly phrasing: Phrasing | null
  readonly passage: PreparedPassage
}

const has = (within: ReadonlySet<string>, needed: ReadonlySet<string>) =>
  [...needed].every((each) => within.has(each))

/** A bare "how much": of what, the product or its repair, nobody can tell. */
const isBarePrice = (terms: Terms) =>
  terms.needed.has('fee') && weigh(terms) - terms.weights.get('=fee')! < 0.5

function bestPhrasing(article: PreparedArticle, asked: Asked) {
  let best: { score: number; clause: Terms; phrasing: Phrasing } | null = null
  for (const phrasing of article.phrasings) {
    if (!has(phrasing.terms.needed, asked.whole.needed)) continue
    const all = weigh(phrasing.terms)
    for (const clause of asked.clauses) {
      const total = weigh(clause)
      // A clause without everything that the question needs is not what is asked.
      if (total === 0 || all === 0 || isBarePrice(clause) || !has(clause.needed, asked.whole.needed)) continue
      if (!has(clause.codes, asked.whole.codes)) continue
      const common = weigh(clause, phrasing.terms.weights)
      const score = (common / total) * (0.5 + 0.5 * (common / all))
      if (!best || score > best.score) best = { score, clause, phrasing }
    }
  }
  return best
}

const amount = /\d+ ?(?:元|yuan|rmb|usd)|[¥￥$] ?\d/i
const span = /\d+ ?(?:个?月|年|天|周|小时|years?|months?|weeks?|days?)|每[两一半]?[年月周]/i

const steps = /^\s*\d+[.)、]/m

/** What speaks for a part besides its words: a price or a time where one is asked, numbered steps where the way is, what is needed. */
function fitness(asked: Terms, passage: PreparedPassage): number {
  const timed = asked.weights.has('=how-long')
  let more = 0
  if (asked.needed.has('fee') && amount.test(passage.text)) more += 2
  if (timed && span.test(passage.text)) more += 2
  if (!timed && /怎么|如何|how to|how do/.test(asked.text) && steps.test(passage.text)) more += 2
  for (const name of asked.needed) if (passage.terms.needed.has(name)) more += 2
  return more
}

/** The part of an article that answers: where a code is asked for, the part that names it. */
function bestPassage(article: PreparedArticle, asked: Asked, clause: Terms, phrasing: Phrasing | null) {
  const wanted = new Map([...(phrasing?.terms.weights ?? []), ...clause.weights])
  let best: { passage: PreparedPassage; common: number } | null = null
  for (const passage of article.passages) {
    if (!has(passage.terms.codes, asked.whole.codes)) continue
    const long = passage.end - passage.start > wholeSection
    // A list of codes is cited by its line.
    if (passage.kind === 'section' && (long || (asked.whole.codes.size > 0 && passage.terms.codes.size > 1)))
      continue
    let common = fitness(clause, passage)
    for (const [token, weight] of wanted) {
      if (!passage.terms.weights.has(token)) continue
      common += weight + (clause.weights.has(token) ? weight : 0)
    }
    if (!best || common > best.common) best = { passage, common }
  }
  return best?.passage ?? null
}

/** An article without a phrasing that fits may still say it: everything that is asked must stand in one passage. */
function byText(article: PreparedArticle, asked: Asked): Match | null {
  let best: Match | null = null
  const total = weigh(asked.whole)
  if (total < 3 || [...asked.whole.needed].some((each) => personalMeanings.has(each))) return null
  for (const passage of article.passages) {
    if (!has(passage.terms.needed, asked.whole.needed) || !has(passage.terms.codes, asked.whole.codes))
      continue
    const score = (textAlone * weigh(asked.whole, passage.terms.weights)) / total
    if (best && score <= best.score) continue
    const cited = bestPassage(article, asked, asked.whole, null)
    if (cited) best = { article, score, clause: asked.whole, phrasing: null, passage: cited }
  }
  return best
}

/** The article's fault that is asked about; "没有漏水" asks about none. */
function faultOf(article: PreparedArticle, { fault }: Asked): string | null {
  const named = (each: string) => {
    const at = fault.indexOf(fold(each))
    return at >= 0 && !/(?:没有?|不是|不|未|无)$/.test(fault.slice(0, at))
  }
  return article.front.faults.find(named) ?? null
}

function matchOf(article: PreparedArticle, asked: Asked): Match | null {
  const near = bestPhrasing(article, asked)
  const passage = near && bestPassage(article, asked, near.clause, near.phrasing)
  const phrased = near && passage ? { article, ...near, passage } : null
  const said = byText(article, asked)
  const best = said && said.score > (phrased?.score ?? 0) ? said : phrased
  if (!best) return null
  // A fault that was named speaks for an article about it.
  return { ...best, score: Math.min(1, best.score + (faultOf(article, asked) ? 0.05 : 0)) }
}

function answerOf({ article, score, clause, phrasing, passage }: Match, asked: Asked): KnowledgeAnswer {
  const theirs = new Set([...(phrasing?.terms.weights.keys() ?? []), ...passage.terms.weights.keys()])
  const common = new Set([...clause.weights.keys()].filter((token) => theirs.has(token)))
  const { products, models } = article.front
  return {
    articleId: article.id,
    version: article.version,
    title: article.front.title,
    quote: passage.text,
    start: passage.start,
    end: passage.end,
    score: Math.round(score * 1000) / 1000,
    why: {
      words: matchedWords(clause, common),
      question: phrasing?.text ?? null,
      category: products.find((each) => asked.categories.has(each)) ?? null,
      model: models.find((each) => [...asked.models].some((model) => fold(model) === fold(each))) ?? null,
      fault: faultOf(article, asked),
    },
  }
}

/** Articles that might answer, best first, also those under the threshold. Pure. */
export function rankKnowledge(index: KnowledgeIndex, question: KnowledgeQuestion): KnowledgeAnswer[] {
  const asked = readQuestion(question, index.names)
  return index.articles
    .filter((article) => fits(article, asked))
    .flatMap((article) => matchOf(article, asked) ?? [])
    .sort((a, b) => b.score - a.score || (a.article.id < b.article.id ? -1 : 1))
    .map((match) => answerOf(match, asked))
}

/** The one answer, or null: under the threshold, or when two articles are equally near. Pure. */
export function findAnswer(index: KnowledgeIndex, question: KnowledgeQuestion): KnowledgeAnswer | null {
  const [first, second] = rankKnowledge(index, question)
  if (!first || first.score < threshold) return null
  if (second && second.score >= threshold && first.score - second.score < tooClose) return null
  return first
}
