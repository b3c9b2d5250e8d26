import { readCatalogue } from '../catalogue/index.ts'
import type { KnowledgePort } from '../contract/knowledge.ts'
import { keptWithConfig, type Reader } from '../store/index.ts'
import { storedFront } from './article.ts'
import { findAnswer, type KnowledgeIndex, prepareKnowledge } from './find.ts'

/** Reads the published versions and makes them ready. */
async function readIndex(db: Reader): Promise<KnowledgeIndex> {
  const [rows, catalogue] = await Promise.all([
    db
      .selectFrom('article as a')
      .innerJoin('article_version as v', (join) =>
        join.onRef('v.articleId', '=', 'a.id').onRef('v.number', '=', 'a.published'),
      )
      .select(['a.id', 'v.number', 'v.front', 'v.body'])
      .where('a.status', '=', 'published')
      .orderBy('a.id')
      .execute(),
    readCatalogue(db),
  ])
  return prepareKnowledge(
    rows.map(({ id, number, front, body }) => ({ id, version: number, front: storedFront(front), body })),
    catalogue,
  )
}

/** Reads the articles that answer; kept in memory until an article or the catalogue changes. */
export type ReadKnowledge = (db: Reader) => Promise<KnowledgeIndex>

/** One for a hub: it holds the prepared articles. */
export const keptKnowledge = (): ReadKnowledge => keptWithConfig(readIndex)

/** The port over a connection or a transaction. */
export function knowledgePort(read: ReadKnowledge, db: Reader): KnowledgePort {
  return { find: async (question) => findAnswer(await read(db), question) }
}
