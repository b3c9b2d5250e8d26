import { expect, it } from 'vitest'
import { entityOfTable } from '../../../src/kernel/entities.ts'
import { refuse } from '../../../src/kernel/result.ts'
import { sentence } from '../../../src/kernel/sentence.ts'

it('a refusal names a thing in the language of its sentence', () => {
  const { refusal } = refuse('conflict.in_use', { what: entityOfTable('skill_group') })
  expect(sentence(refusal, 'zh')).toBe('技能组仍在使用\uff0c不能删除。')
  expect(sentence(refusal, 'en')).toContain('skill group is still in use')
  const lost = refuse('not_found', { what: 'user', name: 'li' }).refusal
  expect(sentence(lost, 'zh')).toBe('找不到这样的用户“li”。')
  expect(sentence(lost, 'en')).toBe('There is no such user "li".')
})

it('a table that people know by no name is a record', () => {
  expect(entityOfTable('outbox_part')).toBe('record')
  expect(entityOfTable('app_user')).toBe('user')
})

it('a count is told as one or as many', () => {
  const told = (count: number) => sentence(refuse('import.rows_wrong', { count }).refusal, 'en')
  expect(told(1)).toBe('1 row cannot be imported. Correct it with the error file, or leave it out.')
  expect(told(2)).toContain('2 rows cannot be imported. Correct them')
})

it.each([
  [5 * 1024 ** 2, '5 MB'],
  [10_000_000, '9.5 MB'],
  [64 * 1024, '64 kB'],
  [1000, '1000 B'],
])('a limit of %i bytes is told as %s', (limit, size) => {
  const { refusal } = refuse('media.too_large', { limit })
  expect(sentence(refusal, 'zh')).toBe(`文件超过 ${size} 的上限。`)
  expect(sentence(refusal, 'en')).toBe(`The file is larger than the limit of ${size}.`)
  expect(refusal.params).toEqual({ limit })
})

it('a wait is told in seconds, rounded up', () => {
  const { refusal } = refuse('request.rate_limited', { waitMs: 1200 })
  expect(sentence(refusal, 'zh')).toBe('请求太频繁\uff0c请 2 秒后再试。')
})
