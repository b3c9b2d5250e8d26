import { expect, it } from 'vitest'
import { entityOfTable } from '../../../src/kernel/entities.ts'
import { sentence } from '../../../src/kernel/errors.ts'
import { refuse } from '../../../src/kernel/result.ts'

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

it('a wait is told in seconds, rounded up', () => {
  const { refusal } = refuse('request.rate_limited', { waitMs: 1200 })
  expect(sentence(refusal, 'zh')).toBe('请求太频繁\uff0c请 2 秒后再试。')
})
