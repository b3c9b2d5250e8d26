import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { MediaStore } from '../../../src/contract/ports.ts'
import { contentSecurityPolicy, pageFor } from '../../../src/http/pages.ts'
import { ok, refuse } from '../../../src/kernel/result.ts'
import { toyHub } from './hub.ts'

const id = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee'

describe("the engineers' page at the edge", () => {
  it('is served under /e/ with the policy of every page, and its addresses for machines are no pages', async () => {
    expect(pageFor('/e/token')).toBe('job')
    expect(contentSecurityPolicy('job', 'n')).toBe(contentSecurityPolicy('progress', 'n'))
    const { server } = toyHub({})
    const answer = await server.inject('/e/api/nothing')
    expect([answer.statusCode, answer.json().error.code]).toEqual([404, 'not_found'])
  })

  it('never writes the link down, whether it holds or not', async () => {
    const lines: object[] = []
    const write = (fields: object, text: string) => void lines.push({ ...fields, text })
    const log = { debug: write, info: write, warn: write, error: write, child: () => log }
    const { server } = toyHub({ log })
    await server.inject('/e/api/job?link=personal-token')
    await server.inject({
      method: 'POST',
      url: '/e/api/act',
      payload: { link: 'personal-token', actionId: '12345678', do: { act: 'accept' } },
    })
    await server.inject(`/e/api/file/${id}?link=personal-token`)
    expect(lines.map((line) => ({ ...line }))).toMatchObject(
      ['/e/api/job', '/e/api/act', '/e/api/file/:id'].map((route) => ({ route, code: 'job_link.invalid' })),
    )
    expect(JSON.stringify(lines)).not.toContain('personal-token')
  })

  it('asks the desk with what was sent, answers 204 for nothing new, and lets nothing be kept but files', async () => {
    const asked: unknown[] = []
    const content = Buffer.from('photo')
    const media = {
      look: async (hash: string) => ({ hash, size: content.length, contentType: 'image/png' }),
      stream: async () => Readable.from([content]),
    } as unknown as MediaStore
    const { server } = toyHub({
      media,
      engineers: {
        job: async (...given) => {
          asked.push(given)
          return ok(given[1] === 's1' ? null : { stamp: 's1' })
        },
        act: async (...given) => {
          asked.push(given)
          return refuse('offer.ended', { stateZh: '已被王师傅接单', stateEn: 'Taken by 王师傅' })
        },
        file: async (_link, file) =>
          file === id
            ? ok({ name: '外机.png', hash: 'a'.repeat(64), size: content.length, contentType: 'image/png' })
            : refuse('not_found', { what: 'file' }),
      },
    })
    const first = await server.inject('/e/api/job?link=t')
    expect([first.statusCode, first.json(), first.headers['cache-control']]).toEqual([
      200,
      { stamp: 's1' },
      'no-store',
    ])
    expect((await server.inject('/e/api/job?link=t&seen=s1')).statusCode).toBe(204)
    const late = await server.inject({
      method: 'POST',
      url: '/e/api/act',
      payload: { link: 't', actionId: '12345678', do: { act: 'reject', reason: '  ' } },
    })
    expect([late.statusCode, late.json().error.messageZh]).toEqual([
      409,
      '这张派单已经不能答复：已被王师傅接单。',
    ])
    expect(asked).toEqual([
      ['t', ''],
      ['t', 's1'],
      ['t', '12345678', { act: 'reject', reason: null }],
    ])
    const file = await server.inject(`/e/api/file/${id}?link=t`)
    expect([file.statusCode, file.body, file.headers['content-type']]).toEqual([200, 'photo', 'image/png'])
    expect(file.headers['cache-control']).toContain('private')
    expect((await server.inject('/e/api/file/x?link=t')).statusCode).toBe(404)
  })
})
