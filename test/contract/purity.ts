/** A deep copy that cannot be changed; bytes stay as they are (they cannot be frozen). */
export function frozen<T>(value: T): T {
  if (value === null || typeof value !== 'object' || ArrayBuffer.isView(value)) return value
  const copy = (Array.isArray(value) ? value.map(frozen) : mapped(value)) as T
  return Object.freeze(copy)
}

function mapped(value: object): object {
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, frozen(member)]))
}

/** Runs pure code; asking for the time or for randomness throws. Synchronous, so that nothing else runs meanwhile. */
export function withoutClockAndDice<T>(run: () => T): T {
  const { Date: RealDate, crypto } = globalThis
  const { random } = Math
  const { randomUUID, getRandomValues } = crypto
  const forbidden = (what: string) => () => {
    throw new Error(`pure code asked for ${what}`)
  }
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args: number[]) =>
      args.length === 0 ? forbidden('the time')() : Reflect.construct(target, args),
    get: (target, name) => (name === 'now' ? forbidden('the time') : Reflect.get(target, name)),
  })
  Math.random = forbidden('a random number')
  crypto.randomUUID = forbidden('a random id')
  crypto.getRandomValues = forbidden('random bytes') as never
  try {
    return run()
  } finally {
    globalThis.Date = RealDate
    Math.random = random
    crypto.randomUUID = randomUUID
    crypto.getRandomValues = getRandomValues
  }
}
