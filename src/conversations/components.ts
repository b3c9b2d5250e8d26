/** An active statement that two identities are one person. */
export interface Edge {
  readonly a: string
  readonly b: string
}

/** An identity and the contact it belongs to so far. */
export interface Member {
  readonly id: string
  readonly contactId: string
  /** It stands in the company's own list of customers, whose entry says the most. */
  readonly listed?: boolean
}

/**
 * The contacts that follow from the links: each connected set of identities is one contact, named after its smallest listed
 * identity, or else its smallest. Pure, and independent of the order in which links came and went: revoking a link leads back to the contacts that
 * there were before it.
 */
export function contactsOf(
  members: readonly Member[],
  edges: readonly Edge[],
  contactFor: (identityId: string) => string,
): Map<string, string> {
  const parent = new Map(members.map((m) => [m.id, m.id]))
  const find = (id: string): string => {
    let root = id
    while (parent.get(root) !== root) root = parent.get(root)!
    for (let at = id; at !== root; ) {
      const next = parent.get(at)!
      parent.set(at, root)
      at = next
    }
    return root
  }
  const listed = new Set(members.filter((m) => m.listed).map((m) => m.id))
  const place = (id: string) => `${listed.has(id) ? 0 : 1} ${id}`
  for (const { a, b } of edges) {
    if (!parent.has(a) || !parent.has(b)) continue
    const [low, high] = [find(a), find(b)].sort((x, y) => (place(x) < place(y) ? -1 : 1)) as [string, string]
    parent.set(high, low)
  }
  return new Map(members.map((m) => [m.id, contactFor(find(m.id))]))
}
