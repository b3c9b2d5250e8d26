import { afterAll, describe, expect, it } from 'vitest'
import { extractionThread, ThreadEnded } from '../../src/app/extraction-thread.ts'
import type { ExtractionInput } from '../../src/contract/extraction.ts'
import { silentLog } from '../../src/kernel/log.ts'

const input = (text: string): ExtractionInput => ({
  turns: [{ id: 'm1', speaker: 'customer', text, atMs: Date.parse('2026-11-22T10:00:00+08:00') }],
  channel: 'api',
  timeZone: 'Asia/Shanghai',
  receivedAtMs: Date.parse('2026-11-22T10:00:00+08:00'),
  catalogue: { categories: [], models: [], hotlines: [] },
  known: { fields: {} },
})

describe('the extraction thread', () => {
  const thread = extractionThread(silentLog)

  afterAll(async () => {
    await thread.stop()
  })

  it('reads many texts at once and gives each its own answer', async () => {
    const phones = Array.from({ length: 40 }, (_, i) => `1360571${String(2800 + i)}`)
    const read = await Promise.all(phones.map((phone) => thread.read(input(`空调不制冷,电话${phone}`))))
    expect(read.map((extraction) => extraction.fields.phone?.value)).toEqual(phones)
  })

  it('keeps this thread free while it reads a hostile text', async () => {
    const started = performance.now()
    const reading = thread.read(input('杭州市西湖区文三路1号的1号的'.repeat(20_000)))
    await new Promise((resolve) => setTimeout(resolve, 1))
    const turned = performance.now() - started
    await reading
    const took = performance.now() - started
    expect(turned).toBeLessThan(took)
  })

  it('gives each text its time from where its reading begins, however long it waited for the thread and for others', async () => {
    const hurried = extractionThread(silentLog, 700)
    const started = performance.now()
    const texts = Array.from({ length: 600 }, () => hurried.read(input('空调不制冷,电话13605712800')))
    const read = await Promise.all(texts)
    await hurried.stop()
    expect(performance.now() - started).toBeGreaterThan(700)
    expect(read.every(({ fields }) => fields.phone?.value === '13605712800')).toBe(true)
  })

  it('ends with a text that is read for too long', async () => {
    const hurried = extractionThread(silentLog, 1)
    await expect(hurried.read(input('杭州市西湖区文三路1号的1号的'.repeat(20_000)))).rejects.toThrow(
      'longer than 1 ms',
    )
    await hurried.stop()
  })

  it('tells whoever waits when it ends, and starts again for the next one', async () => {
    const reading = thread.read(input('空调不制冷'))
    const refused = expect(reading).rejects.toBeInstanceOf(ThreadEnded)
    await thread.stop()
    await refused
    const read = await thread.read(input('冰箱不制冷'))
    expect(read.fields.product_category?.value).toBe('冰箱')
  })
})
