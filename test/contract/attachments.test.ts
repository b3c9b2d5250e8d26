import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sendToApi } from '../api.ts'
import { type TestHub, testHub } from '../hub.ts'

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

describe('files that come as an address are fetched by the hub', () => {
  let files: Server
  let base: string

  beforeAll(async () => {
    files = createServer((request, response) => {
      response.setHeader('content-type', 'image/png')
      response.end(request.url === '/photo.png' ? png : '')
    })
    await new Promise<void>((resolve) => files.listen(0, '127.0.0.1', resolve))
    base = `http://127.0.0.1:${(files.address() as AddressInfo).port}`
  })

  afterAll(() => {
    files.close()
  })

  async function attachmentOf(env: Record<string, string>, path: string) {
    const test: TestHub = await testHub({ env })
    const accountId = (await test.run('channel.create', { kind: 'api', name: 'app', config: {} }))
      .id as string
    await sendToApi(test, accountId, {
      key: 'with-file',
      sender: { id: 'u1' },
      text: '空调漏水,见照片',
      attachments: [{ name: '../../etc/passwd.png', contentType: 'image/png', url: `${base}${path}` }],
    })
    await test.hub.settle()
    const row = await test.fresh.database.db.selectFrom('attachment').selectAll().executeTakeFirstOrThrow()
    const kept = row.hash ? await test.hub.media.get(row.hash) : null
    await test.close()
    return { row, kept }
  }

  it('stores the bytes under their hash and finds the real type, whatever the name says', async () => {
    const { row, kept } = await attachmentOf({ ALLOW_PRIVATE_HOSTS: '127.0.0.1' }, '/photo.png')
    expect(row).toMatchObject({ state: 'stored', contentType: 'image/png', size: png.length })
    expect(kept).toEqual(png)
  })

  it('refuses an address inside the house unless an administrator allowed it, and says so', async () => {
    const { row } = await attachmentOf({}, '/photo.png')
    expect(row).toMatchObject({ state: 'refused', reason: 'fetch.private_address', hash: null })
  })
})
