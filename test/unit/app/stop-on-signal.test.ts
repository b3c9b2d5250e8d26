import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { type Signalled, stopOnSignal } from '../../../src/app/stop-on-signal.ts'

/** A process that only notes how it would have ended. */
function played() {
  const said: string[] = []
  const exits: number[] = []
  const write = (text: string) => said.push(text.trim())
  const signals = new EventEmitter()
  const host = Object.assign(signals, {
    ...{ said, exits, stdout: { write }, stderr: { write } },
    exit: (code: number) => void exits.push(code),
    send: (signal: NodeJS.Signals) => signals.emit(signal, signal),
  })
  return host satisfies Signalled
}
const never = new Promise<void>(() => {})

describe('a hub that is told to stop', () => {
  it('ends with 0 when it has stopped, and with 1 when it could not', async () => {
    for (const [stop, code] of [
      [() => Promise.resolve(), 0],
      [() => Promise.reject(new Error('the disk is gone')), 1],
    ] as const) {
      const host = played()
      stopOnSignal(stop, host)
      host.send('SIGTERM')
      await Promise.resolve().then(() => {})
      await new Promise((resolve) => setImmediate(resolve))
      expect(host.exits).toEqual([code])
    }
  })

  it('ends at once at a second Ctrl-C while it is stopping', () => {
    const host = played()
    let now = 0
    stopOnSignal(
      () => never,
      host,
      () => now,
    )
    host.send('SIGINT')
    now = 1500
    expect(host.exits).toEqual([])
    host.send('SIGINT')
    expect(host.exits).toEqual([1])
    expect(host.said.at(-1)).toContain('ended without waiting')
  })

  it('takes one Ctrl-C that the terminal, npm and the launcher all pass on as one', () => {
    const host = played()
    let now = 0
    stopOnSignal(
      () => never,
      host,
      () => now,
    )
    for (now of [0, 2, 300]) host.send('SIGINT')
    expect(host.exits).toEqual([])
  })
})
