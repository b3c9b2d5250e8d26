import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { pause } from '../../../src/app/io/pause.ts'
import { makeSupervise } from '../../../src/app/io/supervise.ts'
import type { ConnectionState } from '../../../src/contract/ports.ts'
import { silentLog } from '../../../src/kernel/log.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function make(changed?: (name: string, state: ConnectionState) => void) {
  return makeSupervise({ clock: { now: () => Date.now() }, log: silentLog, random: () => 1, changed })
}

describe('supervision', () => {
  it('starts again with growing pauses up to the longest', async () => {
    const starts: number[] = []
    const began = Date.now()
    const running = make()(
      'mail',
      async () => {
        starts.push(Date.now() - began)
        throw new Error('refused')
      },
      { minDelayMs: 100, maxDelayMs: 400 },
    )
    await vi.advanceTimersByTimeAsync(1_500)
    expect(starts).toEqual([0, 100, 300, 700, 1_100, 1_500])
    expect(running.state()).toMatchObject({ state: 'down', detail: 'refused' })
    await running.stop()
  })

  it('begins with short pauses again after it was up for long', async () => {
    const starts: number[] = []
    const began = Date.now()
    const running = make()(
      'mail',
      async (signal, report) => {
        starts.push(Date.now() - began)
        if (starts.length < 3) throw new Error('refused')
        report({ state: 'up', sinceMs: Date.now() })
        await pause(1_000, signal)
      },
      { minDelayMs: 100, maxDelayMs: 400 },
    )
    await vi.advanceTimersByTimeAsync(1_450)
    expect(starts).toEqual([0, 100, 300, 1_400])
    await running.stop()
  })

  it('never says up before it was reported, nor after the body ended', async () => {
    const states: string[] = []
    let late: (state: ConnectionState) => void = () => {}
    const running = make((_, state) => states.push(state.state))(
      'mail',
      async (_, report) => {
        await new Promise((resolve) => setTimeout(resolve, 10))
        report({ state: 'up', sinceMs: 0, lastSeenMs: 5 })
        late = report
      },
      { minDelayMs: 100 },
    )
    await vi.advanceTimersByTimeAsync(50)
    expect(states).toEqual(['connecting', 'up', 'down'])
    late({ state: 'up', sinceMs: 0 })
    expect(running.state()).toMatchObject({ state: 'down', lastSeenMs: 5 })
    await running.stop()
    expect(running.state().state).toBe('stopped')
  })

  it('keeps a wrong configuration on show and tries it only rarely', async () => {
    let runs = 0
    const states: string[] = []
    const running = make((_, state) => states.push(state.state))(
      'mail',
      async (_, report) => {
        runs++
        report({ state: 'config-error', sinceMs: 0, detail: 'wrong password' })
      },
      { minDelayMs: 100, maxDelayMs: 10_000 },
    )
    await vi.advanceTimersByTimeAsync(9_000)
    expect(runs).toBe(1)
    expect(running.state()).toMatchObject({ state: 'config-error', detail: 'wrong password' })
    await vi.advanceTimersByTimeAsync(1_500)
    expect(runs).toBe(2)
    expect(new Set(states.slice(1))).toEqual(new Set(['config-error']))
    await running.stop()
  })

  it('stops at once while it waits, and tells the body while it runs', async () => {
    let aborted = false
    const running = make()('mail', async (signal) => {
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
      aborted = true
    })
    await vi.advanceTimersByTimeAsync(10)
    await running.stop()
    expect(aborted).toBe(true)
    const waiting = make()('mail', async () => {
      throw new Error('refused')
    })
    await vi.advanceTimersByTimeAsync(10)
    await waiting.stop()
    expect(waiting.state().state).toBe('stopped')
  })
})
