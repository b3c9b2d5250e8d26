import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { afterSalesPolicy } from '../../src/router/policy.ts'

const cases = new URL('../fixtures/eval/routing.jsonl', import.meta.url).pathname
const command = new URL('../../src/router/evaluate.ts', import.meta.url).pathname
const dir = mkdtempSync(join(tmpdir(), 'yitong-route-'))
afterAll(() => rmSync(dir, { recursive: true }))

const lines = (file: string) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))

it('routes every labelled case to its group and to an acceptable engineer or nobody, with a reason for each one left out', () => {
  const out = join(dir, 'predictions.jsonl')
  execFileSync(process.execPath, [command, '--in', cases, '--out', out])
  const predictions = new Map(lines(out).map((p) => [p.id, p]))
  for (const { id, expected_group, acceptable_engineers, engineers, groups } of lines(cases)) {
    const { group, engineer, decision } = predictions.get(id)
    expect([id, group]).toEqual([id, expected_group])
    const right = acceptable_engineers.length ? acceptable_engineers.includes(engineer) : engineer === null
    expect([id, engineer, right]).toEqual([id, engineer, true])
    expect(decision.groups).toHaveLength(groups.length)
    expect(decision.engineers).toHaveLength(engineers.length)
    for (const candidate of [...decision.groups, ...decision.engineers]) {
      const counted = candidate.verdicts.filter((v: { ok: boolean; waived?: true }) => !v.ok && !v.waived)
      expect(candidate.eligible).toBe(counted.length === 0)
    }
  }
})

it('leaves every candidate out for its true reasons, and only for those', () => {
  const cases = new URL('../fixtures/routing-unseen.jsonl', import.meta.url).pathname
  const out = join(dir, 'unseen.jsonl')
  execFileSync(process.execPath, [command, '--in', cases, '--out', out])
  const predictions = new Map(lines(out).map((p) => [p.id, p]))
  type Made = { id: string; verdicts: { check: string; ok: boolean; waived?: true }[] }
  const against = ({ verdicts }: Made) =>
    verdicts.filter((v) => !v.ok && !v.waived && !paths.has(v.check)).map((v) => v.check)
  // what a path itself asks of a group is not an attribute of the group
  const paths = new Set(['emergency', 'last_resort'])
  const ignoredInEmergency = new Set(['tier', 'channel', 'hours', 'capacity'])
  const labelled = lines(cases)
  expect(labelled.length).toBeGreaterThanOrEqual(30)
  for (const { id, expected_group, acceptable_engineers, left_out, groups_left_out } of labelled) {
    const { group, engineer, decision } = predictions.get(id)
    expect([id, group]).toEqual([id, expected_group])
    expect([id, ...(acceptable_engineers.length ? acceptable_engineers : [null])]).toContain(engineer)
    for (const made of decision.engineers as Made[])
      expect([id, made.id, against(made).sort()]).toEqual([id, made.id, (left_out[made.id] ?? []).sort()])
    const emergency = decision.via.kind === 'emergency'
    for (const made of decision.groups as Made[]) {
      const reasons: string[] = groups_left_out[made.id] ?? []
      const counted = reasons.filter((reason) => !(emergency && ignoredInEmergency.has(reason)))
      expect([id, made.id, against(made).sort()]).toEqual([id, made.id, counted.sort()])
    }
  }
})

it('prints help, and refuses a policy file with a member that it does not know', () => {
  expect(execFileSync(process.execPath, [command, '--help'], { encoding: 'utf8' })).toContain('--policy')
  const policy = join(dir, 'policy.json')
  writeFileSync(policy, JSON.stringify({ ...afterSalesPolicy, radius: 30 }))
  const run = spawnSync(
    process.execPath,
    [command, '--in', cases, '--out', join(dir, 'x'), '--policy', policy],
    {
      encoding: 'utf8',
    },
  )
  expect(run.status).toBe(2)
  expect(run.stderr).toContain('radius')
})

it('routes the other cases when a line cannot be read, and ends with 1', () => {
  const mixed = join(dir, 'mixed.jsonl')
  const out = join(dir, 'mixed.out.jsonl')
  writeFileSync(mixed, `{"id":"broken"}\nnot json\n${readFileSync(cases, 'utf8')}`)
  expect(spawnSync(process.execPath, [command, '--in', mixed, '--out', out]).status).toBe(1)
  const written = lines(out)
  expect(written.map((line) => 'error' in line).slice(0, 3)).toEqual([true, true, false])
  expect(written[0].id).toBe('broken')
})
