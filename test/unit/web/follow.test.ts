import { QueryClient, QueryObserver } from '@tanstack/react-query'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { LiveEvent } from '../../../web/ui/live.ts'

const heard = vi.hoisted(() => ({ tell: (_event: LiveEvent | 'reload' | 'back') => {} }))
vi.mock('../../../web/ui/live.ts', () => ({
  onLive: (tell: (event: LiveEvent | 'reload' | 'back') => void) => {
    heard.tell = tell
    return () => {
      heard.tell = () => {}
    }
  },
}))
const { followChanges } = await import('../../../web/console/data/follow.ts')

/** A client that knows a ticket, a list of tickets and a setting, all fresh. */
function client(): QueryClient {
  const made = new QueryClient()
  for (const key of [['ticket', 't1'], ['tickets', {}], ['settings']]) made.setQueryData(key, 'read')
  return made
}
const stale = (of: QueryClient) =>
  of
    .getQueryCache()
    .getAll()
    .filter((query) => query.state.isInvalidated)
    .map((query) => query.queryKey[0])

describe('the console follows the hub', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  it('reads everything again when the stream says that it may have missed something', () => {
    const of = client()
    const stop = followChanges(of)
    heard.tell('reload')
    expect(stale(of)).toEqual(['ticket', 'tickets', 'settings'])
    stop()
  })

  it('reads again what could not be read while the hub was away, and nothing else, when it is back', async () => {
    const of = client()
    const read = vi.fn(async (): Promise<string> => 'fine')
    read.mockRejectedValueOnce(new Error('away'))
    const observer = new QueryObserver(of, { queryKey: ['devices'], queryFn: read, retry: false })
    const leave = observer.subscribe(() => {})
    await vi.waitFor(() => expect(observer.getCurrentResult().isError).toBe(true))
    const stop = followChanges(of)
    heard.tell('back')
    await vi.waitFor(() => expect(observer.getCurrentResult().data).toBe('fine'))
    expect(stale(of)).toEqual([])
    heard.tell('back')
    expect(read).toHaveBeenCalledTimes(2)
    stop()
    leave()
  })

  it('reads the tickets of a customer again when one of them is opened', () => {
    vi.useFakeTimers()
    const of = client()
    of.setQueryData(['ticket', 'ticket.list', { contactId: 'c1' }], 'read')
    const stop = followChanges(of)
    heard.tell({
      type: 'ticket.opened',
      subject: 'ticket',
      subjectId: 't9',
      position: 1,
    } as unknown as LiveEvent)
    vi.advanceTimersByTime(2_000)
    const isStale = of.getQueryState(['ticket', 'ticket.list', { contactId: 'c1' }])?.isInvalidated
    expect(isStale).toBe(true)
    stop()
  })

  it('reads again what a change touches, once after a pause however many changes arrive, and nothing else', () => {
    vi.useFakeTimers()
    const of = client()
    const again = vi.spyOn(of, 'invalidateQueries')
    const stop = followChanges(of)
    const event = { subject: 'ticket', subjectId: 't1', type: 'ticket.changed' } as LiveEvent
    for (let i = 0; i < 50; i++) heard.tell(event)
    expect(again).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1000)
    expect(again).toHaveBeenCalledTimes(3)
    expect(stale(of)).toEqual(['ticket', 'tickets'])
    stop()
    heard.tell('reload')
    expect(stale(of)).not.toContain('settings')
  })
})
