import { describe, expect, it } from 'vitest'
import { mentionsDanger } from '../../../src/pipeline/danger.ts'

describe('words of danger', () => {
  it.each(['电梯门打不开,困了两个人', '电梯里困着一位老人', '困了三个在里面', '有人被困'])(
    'are seen in %s',
    (said) => {
      expect(mentionsDanger(said)).toBe(true)
    },
  )

  it.each(['师傅我都困了', '付款有困难', '今天很困'])('are not seen in %s', (said) => {
    expect(mentionsDanger(said)).toBe(false)
  })
})
