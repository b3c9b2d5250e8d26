/** What may become dear to the house: a lawsuit or an authority, the public, somebody's safety. */
export const risks = ['legal', 'media', 'safety'] as const
export type Risk = (typeof risks)[number]

/** A branch of the tree of tags: its path from the root, joined by `/`, and the words that name it; a `…` in a word stands for a few others. */
export interface TagBranch {
  readonly path: string
  readonly words: readonly string[]
}
/** The tree of tags, each branch after the one that it grows from. */
export type TagTree = readonly TagBranch[]

/** Paths with those that they grow from: `故障/制冷` is also `故障`. In order, each once. */
export function withParents(paths: readonly string[]): string[] {
  const all = paths.flatMap((path) => {
    const names = path.split('/')
    return names.map((_, i) => names.slice(0, i + 1).join('/'))
  })
  return [...new Set(all)].sort()
}
