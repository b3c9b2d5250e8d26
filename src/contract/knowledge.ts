/** What somebody asks, with what is known about their product. */
export interface KnowledgeQuestion {
  /** The words as they were written, any length; only the first 2,000 characters count. */
  readonly text: string
  /** Product category as the catalogue names it, e.g. 空调; null when it is not known. */
  readonly category: string | null
  readonly model: string | null
  /** Fault type as the form names it, e.g. 漏水. */
  readonly fault: string | null
  /** Language that the answer must have, e.g. `zh`; any when null. */
  readonly lang: string | null
}

/** Why an article was chosen; shown to people, and enough to check the choice. */
export interface KnowledgeReasons {
  /** Words of the question that the article has, heaviest first. */
  readonly words: readonly string[]
  /** The phrasing of the article that came nearest to the question; null when it was found by its text alone. */
  readonly question: string | null
  /** The article's category, model or fault that matched; null where it names none or none was asked for. */
  readonly category: string | null
  readonly model: string | null
  readonly fault: string | null
}

/** A passage of a published article that answers a question, so that it can be cited and checked. */
export interface KnowledgeAnswer {
  readonly articleId: string
  /** The article's version that `quote` stands in; versions never change. */
  readonly version: number
  readonly title: string
  /** The passage word for word: `Array.from(body).slice(start, end).join('')` of the version's body. */
  readonly quote: string
  /** Code-point offsets in the version's body, end exclusive. */
  readonly start: number
  readonly end: number
  /** 0 to 1; at least the threshold under which nothing is found. */
  readonly score: number
  readonly why: KnowledgeReasons
}

/** Finds answers in what people published. Never guesses: null when no article is near enough, and a person answers then. */
export interface KnowledgePort {
  find(question: KnowledgeQuestion): Promise<KnowledgeAnswer | null>
}
