import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

const root = new URL('../../', import.meta.url).pathname
const scratch = mkdtempSync(join(tmpdir(), 'yitong-eval-email-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

function evaluate(...args: string[]) {
  return spawnSync(process.execPath, [join(root, 'channels/email/evaluate.ts'), ...args], {
    encoding: 'utf8',
  })
}

describe('npm run eval:email', () => {
  it('prints help and exits with 0', () => {
    const { status, stdout } = evaluate('--help')
    expect(status).toBe(0)
    expect(stdout).toContain('--in DIR --out FILE.jsonl')
  })

  it('writes a line with every field for each mail, below folders too, and names what is broken', () => {
    const out = join(scratch, 'out.jsonl')
    const { status, stdout } = evaluate('--in', join(root, 'test/fixtures/email'), '--out', out)
    expect(status).toBe(0)
    const lines = readFileSync(out, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(stdout).toContain(`${lines.length} mails read`)
    expect(lines.length).toBeGreaterThanOrEqual(60)
    const named = (name: string) => lines.find((line) => line.file === name)
    expect(named('client-gmail-zh.eml')).toMatchObject({
      from: { name: '陈', address: 'chen@gmail.com' },
      to: [{ name: '', address: 'support@example.com' }],
      in_reply_to: '<yt-x@example.com>',
      references: ['<r0@qq.com>', '<yt-x@example.com>'],
      date: '2026-11-20T02:00:00.000Z',
      reply_text: '可以,周六见。',
      html_sanitised: null,
      attachments: [],
      auto_submitted: false,
      bounce: null,
    })
    expect(named('bounce-postfix-rfc3464.eml')).toMatchObject({
      auto_submitted: true,
      bounce: { recipient: 'nobody@example.org', status: '5.1.1' },
    })
    expect(named('nested-multipart-inline-image-cid.eml').attachments[0]).toMatchObject({
      filename: 'image.png',
      content_type: 'image/png',
      size: 70,
      sha256: '6b7fa434f92a8b80aab02d9bf1a12e49ffcae424e4013a1c4f68b67e3d2bbcd0',
      inline: true,
    })
    expect(named('multipart-without-end.eml')).toMatchObject({
      text: '断开的邮件',
      error: 'multipart without an end',
    })
  })

  it('gives a broken or empty file its own line and goes on', () => {
    writeFileSync(join(scratch, 'a.eml'), Buffer.from([0xff, 0xfe, 0, 0, 0x80]))
    writeFileSync(join(scratch, 'b.txt'), '')
    writeFileSync(
      join(scratch, 'c.box'),
      'From x@y.z Thu Jan  1 00:00:00 1970\nFrom: x@y.z\nSubject: ok\n\nhello\n',
    )
    const out = join(scratch, 'broken.jsonl')
    expect(evaluate('--in', scratch, '--out', out).status).toBe(0)
    const lines = readFileSync(out, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.map((line) => line.file)).toEqual(['a.eml', 'b.txt', 'c.box'])
    expect(lines[0].error).toBeTruthy()
    expect(lines[1].error).toBeTruthy()
    expect(lines[2]).toMatchObject({ subject: 'ok', text: 'hello' })
  })
})
