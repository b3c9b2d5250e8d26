import type { IncomingMessage } from 'node:http'
import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RequestAborted, readBody } from '../../../src/http/body.ts'

/** A request whose body is written by hand. */
function request(headers: Record<string, string> = {}) {
  const stream = new PassThrough()
  return { stream, incoming: Object.assign(stream, { headers }) as unknown as IncomingMessage }
}
const limits = { limit: 1000, timeoutMs: 10_000 }

describe('reading a raw body', () => {
  it('gives the same bytes, however they are cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 10 }), async (chunks) => {
        const { stream, incoming } = request()
        const body = readBody(incoming, limits)
        for (const chunk of chunks) stream.write(chunk)
        stream.end()
        const read = await body
        expect(read.ok && Buffer.compare(read.value, Buffer.concat(chunks))).toBe(0)
      }),
    )
  })

  it('refuses what is announced as too large without reading, and what grows too large as soon as it does', async () => {
    const announced = request({ 'content-length': '1001' })
    const early = await readBody(announced.incoming, limits)
    expect(early).toMatchObject({
      ok: false,
      refusal: { code: 'request.too_large', params: { limit: 1000 } },
    })
    const growing = request()
    const late = readBody(growing.incoming, limits)
    growing.stream.write(Buffer.alloc(600))
    growing.stream.write(Buffer.alloc(600))
    expect(await late).toMatchObject({ ok: false, refusal: { code: 'request.too_large' } })
  })

  it('gives up on a sender that drips', async () => {
    const { stream, incoming } = request()
    const body = readBody(incoming, { limit: 1000, timeoutMs: 20 })
    stream.write('{')
    expect(await body).toMatchObject({ ok: false, refusal: { code: 'request.timeout' } })
  })

  it('says so when the sender goes away, and survives what its connection says afterwards', async () => {
    const { stream, incoming } = request()
    const body = readBody(incoming, limits)
    stream.write('{')
    stream.emit('aborted')
    await expect(body).rejects.toBeInstanceOf(RequestAborted)
    stream.destroy(new Error('late'))
    await new Promise((resolve) => setImmediate(resolve))
  })
})
