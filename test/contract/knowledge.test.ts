import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Actor, Role } from '../../src/contract/actor.ts'
import { type Imported, importArticle, keptKnowledge, knowledgePort } from '../../src/knowledge/index.ts'
import { type TestHub, testHub } from '../hub.ts'
import { replayed } from '../replayed.ts'

interface Saved {
  id: string
  version: number
  number: number
}
interface Got {
  article: { status: string; current: number; published: number | null; version: number; slug: string }
  versions: { number: number; body: string; by: string; note: string; front: { title: string } }[]
}

let test: TestHub
beforeAll(async () => {
  test = await testHub()
})
afterAll(() => test.close())

const article = {
  title: '洗碗机不进水',
  products: ['洗碗机'],
  models: ['XW-13S'],
  faults: ['不进水'],
  lang: 'zh',
  questions: ['洗碗机不进水怎么办'],
  body: '## 检查水阀\n\n请确认水阀已打开，进水管没有弯折。',
}
const user = (name: string, role: Role): Actor => ({
  kind: 'user',
  id: '00000000-0000-4000-8000-000000000001',
  name,
  roles: [role],
  staffId: null,
})

async function as(actor: Actor, name: string, input: unknown) {
  const command = test.hub.commands.find((each) => each.name === name)!
  return await test.hub.executor.execute(command, actor, input)
}
async function askAs(actor: Actor, name: string, input: unknown) {
  const query = test.hub.queries.find((each) => each.name === name)!
  return await test.hub.executor.ask(query, actor, input)
}
const save = async (input: object) => (await test.run('knowledge.save', input)) as unknown as Saved
const get = async (id: string) => (await test.ask('knowledge.get', { id })) as unknown as Got
const listed = async (input: object) =>
  ((await test.ask('knowledge.list', input)) as { articles: { id: string }[] }).articles.map(({ id }) => id)
const db = () => test.fresh.database.db
const question = (text: string) => ({ text, category: null, model: null, fault: null, lang: null })

describe('an article', () => {
  let id: string

  it('begins as a draft that answers nothing', async () => {
    const made = await save({ ...article, slug: 'dishwasher-water' })
    id = made.id
    expect(made).toMatchObject({ version: 1, number: 1 })
    expect((await get(id)).article).toMatchObject({ status: 'draft', current: 1, published: null })
    expect(await test.ask('knowledge.find', question('XW-13S 洗碗机不进水怎么办'))).toMatchObject({
      answer: null,
    })
  })

  it('answers once it is published, and goes on with its published version while a draft is written', async () => {
    const published = await test.run('knowledge.publish', { id, version: 1 })
    await save({ ...article, id, base: 1, body: '草稿正文', note: '重写' })
    const now = await get(id)
    expect(now.article).toMatchObject({ status: 'published', current: 2, published: 1, version: 3 })
    expect(published).toMatchObject({ version: 2 })
    expect(now.versions.map(({ number, body, note }) => [number, body, note])).toEqual([
      [2, '草稿正文', '重写'],
      [1, article.body, ''],
    ])
    const answer = {
      articleId: id,
      version: 1,
      title: article.title,
      quote: '请确认水阀已打开，进水管没有弯折。',
      start: 9,
      end: 26,
      why: { model: 'XW-13S', category: '洗碗机' },
    }
    expect(await test.ask('knowledge.find', question('XW-13S 洗碗机不进水怎么办'))).toMatchObject({ answer })
    // The same by the port, and inside a transaction.
    const read = keptKnowledge()
    const found = await test.fresh.database.transaction((tx) =>
      knowledgePort(read, tx).find(question('XW-13S 洗碗机不进水怎么办')),
    )
    expect(found).toMatchObject(answer)
  })

  it('refuses a save over what somebody else saved meanwhile, and says who', async () => {
    const other = await as(user('裘主管', 'supervisor'), 'knowledge.save', {
      ...article,
      id,
      base: 2,
      body: '主管的正文',
    })
    expect(other).toMatchObject({ ok: true, value: { number: 3 } })
    expect(
      await as(user('白露', 'supervisor'), 'knowledge.save', { ...article, id, base: 2, body: '我的正文' }),
    ).toMatchObject({
      ok: false,
      refusal: { code: 'knowledge.saved_meanwhile', params: { who: '裘主管', number: 3 } },
    })
    expect((await get(id)).versions[0]).toMatchObject({ number: 3, by: '裘主管', body: '主管的正文' })
  })

  it('gets no version from a save without a change, also with other line ends', async () => {
    const same = await save({ ...article, id, base: 3, body: '\r\n主管的正文\r\n' })
    expect(same.number).toBe(3)
    expect((await get(id)).versions).toHaveLength(3)
  })

  it('goes to the archive and comes back as it was, and every step has its way back', async () => {
    let { version } = (await get(id)).article
    const step = async (name: string, more: object = {}) => {
      version = (await test.run(`knowledge.${name}`, { id, version, ...more })).version as number
      const { status, published } = (await get(id)).article
      return [status, published]
    }
    expect(await step('publish')).toEqual(['published', 3])
    expect(await step('publish', { number: 1 })).toEqual(['published', 1])
    expect(await step('archive')).toEqual(['archived', 1])
    expect(await test.ask('knowledge.find', question('XW-13S 洗碗机不进水怎么办'))).toMatchObject({
      answer: null,
    })
    expect(await listed({})).not.toContain(id)
    expect(await listed({ status: 'archived' })).toContain(id)
    await expect(step('publish')).rejects.toThrow('knowledge.state')
    expect(await step('unarchive')).toEqual(['published', 1])
    expect(await step('withdraw')).toEqual(['draft', null])
    await expect(step('withdraw')).rejects.toThrow('knowledge.state')
    await expect(step('publish', { number: 9 })).rejects.toThrow('knowledge.state')
    await expect(test.run('knowledge.publish', { id, version: 1 })).rejects.toThrow('conflict.version')
  })

  it('is found by the same words as tickets, by product and status, a page at a time', async () => {
    const second = await save({
      ...article,
      title: '洗碗机保养',
      products: ['洗碗机', '净水器'],
      models: [],
      body: '每月清洗滤网。',
    })
    expect(await listed({ q: '滤网' })).toEqual([second.id])
    expect(await listed({ q: '13S' })).toEqual([id])
    expect(await listed({ q: '洗碗机 保养' })).toEqual([second.id])
    expect(await listed({ product: '净水器' })).toEqual([second.id])
    expect(await listed({ status: 'published' })).toEqual([])
    expect(await listed({ q: '，' })).toEqual([])
    const page = await test.ask('knowledge.list', { limit: 1, offset: 1 })
    expect(page).toMatchObject({ total: 2, articles: [{ id }] })
    await expect(save({ ...article, slug: 'dishwasher-water' })).rejects.toThrow('knowledge.slug_taken')
  })

  it('is written by administrators and supervisors, and read by agents', async () => {
    for (const role of ['agent', 'dispatcher', 'engineer', 'auditor'] as const) {
      expect(await as(user('x', role), 'knowledge.save', article)).toMatchObject({
        refusal: { code: 'access.forbidden' },
      })
      expect(await as(user('x', role), 'knowledge.archive', { id, version: 1 })).toMatchObject({
        refusal: { code: 'access.forbidden' },
      })
    }
    expect(await as(user('x', 'admin'), 'knowledge.save', { ...article, title: '甲' })).toMatchObject({
      ok: true,
    })
    expect(await askAs(user('x', 'agent'), 'knowledge.get', { id })).toMatchObject({ ok: true })
    expect(await askAs(user('x', 'agent'), 'knowledge.find', question('保修几年'))).toMatchObject({
      ok: true,
    })
    expect(await askAs(user('x', 'engineer'), 'knowledge.list', {})).toMatchObject({ ok: false })
  })

  it('refuses what cannot be stored or cited', async () => {
    for (const wrong of [{ body: ' \n ' }, { title: '' }, { lang: 'Chinese' }, { slug: 'a b' }]) {
      await expect(save({ ...article, ...wrong }), JSON.stringify(wrong)).rejects.toThrow('request.invalid')
    }
  })

  it('leaves the replay without a difference', async () => {
    const report = await replayed(test)
    expect(report.problems).toEqual([])
    expect(report.differences).toEqual([])
  })
})

describe('an import of a folder', () => {
  const file = (title: string, body: string) => `---\ntitle: ${title}\nproducts: [打印机]\n---\n\n${body}\n`
  const put = (name: string, content: string, publish = false): Promise<Imported> =>
    importArticle(
      { db: db(), run: async (name, input) => as({ kind: 'system', id: 'import' }, name, input) },
      { file: name, content, publish },
    )
  const bySlug = (slug: string) =>
    db().selectFrom('article').selectAll().where('slug', '=', slug).executeTakeFirstOrThrow()

  it('is new, then unchanged, then changed, however often it is done', async () => {
    expect(await put('卡纸.md', file('打印机卡纸', '打开后盖取纸。'))).toEqual({
      file: '卡纸.md',
      outcome: 'new',
    })
    expect(await put('卡纸.md', file('打印机卡纸', '打开后盖取纸。'))).toMatchObject({ outcome: 'unchanged' })
    expect(await put('卡纸.md', file('打印机卡纸', '先断电。'), true)).toMatchObject({ outcome: 'changed' })
    expect(await bySlug('卡纸')).toMatchObject({ current: 2, published: 2, status: 'published' })
  })

  it('keeps what a person edited since', async () => {
    const { id } = await bySlug('卡纸')
    await save({ ...article, id, base: 2, body: '控制台里改过。' })
    expect(await put('卡纸.md', file('打印机卡纸', '先断电。'))).toMatchObject({ outcome: 'edited' })
    expect(await bySlug('卡纸')).toMatchObject({ current: 3 })
  })

  it('refuses a file with the reason and goes on', async () => {
    expect(await put('a b.md', file('甲', '乙'))).toMatchObject({
      outcome: 'refused',
      refusal: { code: 'request.invalid' },
    })
    expect(await put('x.md', '没有头')).toMatchObject({
      refusal: { code: 'knowledge.front_matter', params: { line: 1 } },
    })
    expect(await put('y.md', '---\ntitle: ""\n---\nx')).toMatchObject({
      refusal: { issues: [{ path: 'title' }] },
    })
    expect(await put('z.md', '---\ntitle: z\n---\n')).toMatchObject({
      refusal: { issues: [{ path: 'body' }] },
    })
  })

  it('runs from the command line beside a running hub and prints what it did', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'yitong-articles-'))
    try {
      await writeFile(join(folder, '墨粉.md'), file('打印机换墨粉', '抽出旧墨粉盒。'))
      await writeFile(join(folder, 'bad.md'), '没有头')
      await writeFile(join(folder, 'other.txt'), '不读')
      const ran = await new Promise<{ code: unknown; out: string }>((resolve) => {
        execFile(
          process.execPath,
          [join(import.meta.dirname, '..', '..', 'bin', 'yitong.mjs'), 'knowledge:import', '--from', folder],
          { env: { ...process.env, DATA_DIR: test.dataDir, DATABASE_URL: test.fresh.url } },
          (error, out, errors) => resolve({ code: error?.code ?? 0, out: out + errors }),
        )
      })
      expect(ran.out).toContain('new       墨粉.md')
      expect(ran.out).toContain('refused   bad.md: The front matter could not be read at line 1')
      expect(ran.out).toContain('1 new, 0 changed, 0 unchanged, 0 edited, 1 refused')
      expect(ran.code).toBe(1)
      expect(await bySlug('墨粉')).toMatchObject({ status: 'draft' })
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

describe('the articles of the sample workspace', () => {
  it('answer when it is loaded and leave with it, but for what somebody changed', async () => {
    const loaded = (await test.run('sample.load', {})) as { counts: Record<string, number> }
    expect(loaded.counts.article).toBeGreaterThanOrEqual(12)
    expect(await test.ask('knowledge.find', question('空调显示E3怎么办'))).toMatchObject({
      answer: { title: '空调常见故障代码' },
    })
    const mine = await db()
      .selectFrom('article')
      .selectAll()
      .where('slug', '=', 'invoice')
      .executeTakeFirstOrThrow()
    await test.run('knowledge.archive', { id: mine.id, version: mine.version })
    const removed = (await test.run('sample.remove', {})) as {
      kept: { table: string; label: string; reason: string }[]
    }
    expect(removed.kept.filter(({ table }) => table === 'article')).toMatchObject([
      { label: '怎么开发票', reason: 'changed' },
    ])
    expect(await test.ask('knowledge.find', question('空调显示E3怎么办'))).toMatchObject({ answer: null })
    const versions = await db()
      .selectFrom('article_version')
      .select('id')
      .where('articleId', '=', mine.id)
      .execute()
    expect(versions).toHaveLength(1)
  })
})
