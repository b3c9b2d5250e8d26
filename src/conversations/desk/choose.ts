/** An agent as the desk sees them. */
export interface DeskAgent {
  readonly userId: string
  /** What they said, unless their pages are all closed: then nobody would read what they are given. */
  readonly available: boolean
  readonly maxChats: number
  /** Open chats that they have. */
  readonly chats: number
  /** When they were last given one, ms; null for never. */
  readonly assignedAtMs: number | null
}

/**
 * Who gets the next chat: of those who have room, who has the fewest chats; of these, who was given one longest ago; at last by
 * id. Null when nobody has room.
 */
export function chooseAgent(agents: readonly DeskAgent[]): DeskAgent | null {
  const free = agents.filter((agent) => agent.available && agent.chats < agent.maxChats)
  const [first] = free.sort(
    (a, b) =>
      a.chats - b.chats || (a.assignedAtMs ?? 0) - (b.assignedAtMs ?? 0) || (a.userId < b.userId ? -1 : 1),
  )
  return first ?? null
}
