/**
 * State machines as data: a table of states and of named transitions, checked once when it is defined.
 */
export interface Transition<S extends string> {
  readonly from: readonly S[]
  readonly to: S
}

export interface Machine<S extends string, T extends string> {
  readonly states: readonly S[]
  readonly initial: S
  readonly transitions: Readonly<Record<T, Transition<S>>>
  /** The state that a transition leads to, or null when it may not be taken from here. */
  next(state: S, transition: T): S | null
  /** The transitions that may be taken from a state. */
  from(state: S): T[]
}

/** Defines a machine; throws at start-up when a state is unknown or cannot be reached. */
export function defineMachine<const S extends string, const T extends string>(definition: {
  states: readonly S[]
  initial: NoInfer<S>
  transitions: Record<T, Transition<NoInfer<S>>>
}): Machine<S, T> {
  const known = new Set<string>(definition.states)
  const entries = Object.entries(definition.transitions) as [T, Transition<S>][]
  for (const [name, t] of entries) {
    for (const state of [...t.from, t.to]) {
      if (!known.has(state)) throw new Error(`transition ${name} names an unknown state ${state}`)
    }
  }
  const reached = new Set<string>([definition.initial])
  for (let grew = true; grew; ) {
    grew = false
    for (const [, t] of entries) {
      if (!reached.has(t.to) && t.from.some((s) => reached.has(s))) {
        reached.add(t.to)
        grew = true
      }
    }
  }
  for (const state of definition.states) {
    if (!reached.has(state)) throw new Error(`state ${state} cannot be reached`)
  }
  return {
    ...definition,
    next: (state, transition) => {
      const t = definition.transitions[transition]
      return t.from.includes(state) ? t.to : null
    },
    from: (state) => entries.filter(([, t]) => t.from.includes(state)).map(([name]) => name),
  }
}
