import { describe, expect, it } from 'vitest'
import { assignSpeakers } from '../../../src/calls/index.ts'
import type { Utterance } from '../../../src/contract/transcript.ts'

let ordinal = 0
const said = (text: string, more: Partial<Utterance> = {}): Utterance => ({
  ordinal: ordinal++,
  speaker: 'unknown',
  leg: null,
  voice: null,
  text,
  startMs: ordinal * 1000,
  endMs: ordinal * 1000 + 900,
  confidence: null,
  final: true,
  ...more,
})
const speakers = (utterances: readonly Utterance[]) => assignSpeakers(utterances).map((u) => u.speaker)

describe('who speaks in a call', () => {
  it.each([
    '您好,某某空调售后,请问有什么可以帮您',
    '你好,这里是美的服务中心',
    '工号1024为您服务',
    '您好,工号幺零二四',
    'Thank you for calling Acme, how may I help you?',
  ])('is the agent where a voice says "%s", and the others are the customer', (greeting) => {
    expect(
      speakers([
        said(greeting, { voice: 'B' }),
        said('我家空调不制冷', { voice: 'A' }),
        said('地址在哪里', { voice: 'B' }),
        said('爸,地址多少', { voice: 'C' }),
      ]),
    ).toEqual(['agent', 'customer', 'agent', 'customer'])
  })

  it('is found by tracks as by voices', () => {
    expect(speakers([said('喂', { leg: 0 }), said('您好,售后服务中心', { leg: 1 })])).toEqual([
      'customer',
      'agent',
    ])
  })

  it('is whom the call center named, whatever is said', () => {
    expect(
      speakers([
        said('您好,某某公司客服', { leg: 0, speaker: 'customer' }),
        said('你好', { leg: 1, speaker: 'agent' }),
      ]),
    ).toEqual(['customer', 'agent'])
  })

  it('is not guessed where nobody greets, both do, or there is one voice only', () => {
    expect(speakers([said('喂', { voice: 'A' }), said('你好', { voice: 'B' })])).toEqual([
      'unknown',
      'unknown',
    ])
    expect(
      speakers([said('您好,某某公司', { voice: 'A' }), said('你好,我是某某物业公司的', { voice: 'B' })]),
    ).toEqual(['unknown', 'unknown'])
    expect(speakers([said('您好,售后服务'), said('空调坏了')])).toEqual(['unknown', 'unknown'])
  })

  it('is not the one who quotes an agent later on', () => {
    const talk = Array.from({ length: 7 }, (_, i) => said(`第${i}句`, { voice: 'A' }))
    const quote = said('上次那个人说很高兴为您服务就挂了', { voice: 'A' })
    expect(speakers([...talk, quote, said('嗯', { voice: 'B' })])).toEqual(Array(9).fill('unknown'))
  })
})
