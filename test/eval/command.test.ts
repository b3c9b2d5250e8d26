import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Report } from '../../src/pipeline/evaluation/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'yitong-eval-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const at = (name: string) => join(folder, name)
function run(...options: string[]) {
  const { status, stdout, stderr } = spawnSync('node', ['bin/yitong.mjs', 'eval', ...options], {
    encoding: 'utf8',
    // no hub, no network, nobody's settings
    env: { PATH: process.env.PATH ?? '', DATA_DIR: at('none') },
  })
  return { status, text: `${stdout}${stderr}` }
}

describe('npm run eval', () => {
  it('prints precision, recall, F1 and hallucinations by field, confusion matrices, confidence, and a diff against the published version', () => {
    const { status, text } = run('--json', at('now.json'))
    expect(status, text).toBe(0)
    expect(text).toMatch(/^field +P +R +F1 +right +false +missed +halluc$/m)
    for (const field of ['contact_name', 'phone', 'address.detail', 'appointment', 'intent', 'custom.楼层'])
      expect(text).toMatch(new RegExp(`^${field.replace('.', '\\.')}(?: +[\\d.]+){7}$`, 'm'))
    expect(text).toContain('intent, expected by line')
    expect(text).toMatch(/confidence: \d+ values, expected calibration error \d/)
    expect(text).toMatch(/please confirm: \d+ of \d+ right; filled in: \d+ of \d+ right/)
    expect(text).toMatch(/^against version [\d.]+: \d+ worse, \d+ better, \d+ otherwise different$/m)
    const { sets } = JSON.parse(readFileSync(at('now.json'), 'utf8')) as Report
    expect(Object.keys(sets)).toEqual(['dialogues', 'prompts', 'forms'])
    expect(sets.prompts!.figures.unanswered).toBe(0)
  })

  it('is no worse than what this release was published with', () => {
    const { status, text } = run('--set', 'dialogues', '--gate', 'worse=0,hallucinated=0,traps=0')
    expect(status, text).toBe(0)
  })

  it('names the case and field that became worse, and fails its gate', () => {
    const lines = readFileSync('test/fixtures/eval/dialogues.jsonl', 'utf8').split('\n').filter(Boolean)
    const cases = lines.map((line) => JSON.parse(line) as { id: string; expected: { phone: string } })
    // what was read right before is not what the label says now
    cases.find(({ id }) => id === 'D001')!.expected.phone = '13900000000'
    writeFileSync(at('cases.jsonl'), cases.map((item) => JSON.stringify(item)).join('\n'))
    const against = ['--in', at('cases.jsonl'), '--against', at('now.json')]
    const { status, text } = run('--set', 'dialogues', ...against, '--gate', 'worse=0')
    expect(status).toBe(1)
    expect(text).toMatch(/worse +D001 phone: "\d+" \(right\) -> "\d+" \(wrong\)/)
    expect(text).toContain('GATE worse=0: dialogues has 1')
  })

  it('holds a gate on how true what was said of confidence came', () => {
    expect(run('--set', 'dialogues', '--gate', 'calibration<=0.08').status).toBe(0)
    expect(run('--set', 'dialogues', '--gate', 'calibration<=0.0001').status).toBe(1)
  })
})
