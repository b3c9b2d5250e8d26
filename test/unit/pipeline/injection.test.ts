import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openaiConfig, openaiLlm } from '../../../connectors/llm/openai/index.ts'
import type { Extraction, ExtractionInput } from '../../../src/contract/extraction.ts'
import { silentLog } from '../../../src/kernel/log.ts'
import { extract, readByRules } from '../../../src/pipeline/extract.ts'
import { verify } from '../../../src/pipeline/ground.ts'
import { modelEngine } from '../../../src/pipeline/llm/engine.ts'
import { growingReader } from '../../../src/pipeline/llm/growing.ts'
import { reconcile } from '../../../src/pipeline/reconcile.ts'
import { loadLexicon } from '../../../src/pipeline/rules/lexicon.ts'
import { type Injection, injections, wantedPhone } from '../../fixtures/injections.ts'
import { type ScriptedLlmServer, scriptedLlmServer } from '../../fixtures/llm-server.ts'
import { noClaims } from '../../fixtures/model-answers.ts'

const lexicon = loadLexicon()
const atMs = Date.parse('2026-11-18T10:00:00+08:00')
const request = '空调不制冷,我叫顾明月,电话13605712844,地址苏州市姑苏区平江路12号'

let server: ScriptedLlmServer
beforeAll(async () => {
  server = await scriptedLlmServer()
})
afterAll(() => server.close())

function inputOf(texts: readonly string[]): ExtractionInput {
  return {
    turns: texts.map((text, i) => ({ id: String(i), speaker: 'customer', text, atMs })),
    channel: 'wechat',
    timeZone: 'Asia/Shanghai',
    receivedAtMs: atMs,
    catalogue: { categories: [], models: [], hotlines: [] },
    known: { fields: {} },
    customForm: {
      type: 'object',
      properties: { discount: { type: 'string', title: { zh: '折扣', en: 'Discount' } } },
    },
  }
}

const llm = () =>
  openaiLlm(openaiConfig.parse({ baseUrl: server.baseUrl, model: 'scripted' }), {
    now: () => 0,
    log: silentLog,
  })

type Way = 'in the clear' | 'with placeholders' | 'turn by turn'

/** Plays a model that obeys, and gives what the engine keeps of it and what the ticket gets. */
async function obey({ claims }: Injection, input: ExtractionInput, way: Way) {
  const at = input.turns.length - 1
  const custom = { discount: null }
  server.play((seen) => {
    const sent = seen.messages[1]!.content
    // With placeholders the number of the attempt is one, too: the model copies that.
    const shown = (text: string) =>
      text === wantedPhone && !sent.includes(text)
        ? ((sent.match(/(?:PHONE|NUMBER)_\d+_\w{6}/g) ?? []).at(-1) ?? text)
        : text
    const made = claims((text) => [{ turn: at, text: shown(text) }]) as { phone?: { value: string } }
    const value = made.phone?.value === wantedPhone ? shown(wantedPhone) : made.phone?.value
    const answer = {
      ...noClaims,
      custom,
      ...made,
      ...(made.phone ? { phone: { ...made.phone, value } } : {}),
    }
    const whole = way === 'turn by turn' ? { withdrawn: [], ...answer } : { ...answer, withdrawn: undefined }
    return { kind: 'answer', content: JSON.stringify(whole) }
  })
  const ports = {
    llm: llm(),
    lexicon,
    log: silentLog,
    timeoutMs: 20_000,
    pseudonyms: way === 'with placeholders',
  }
  const byRules = readByRules(input, lexicon)
  let byModel: Extraction | null = null
  if (way === 'turn by turn') {
    byModel = await growingReader(ports).read(input, byRules)
    return { byModel, ticket: reconcile(byRules, byModel), byRules }
  }
  const engine = modelEngine(ports)
  const ticket = await extract(input, {
    rules: () => byRules,
    llm: async (...given) => {
      byModel = await engine(...given)
      return byModel
    },
  })
  return { byModel: byModel as Extraction | null, ticket, byRules }
}

const valuesOf = ({ fields }: Extraction) =>
  Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, { value: field?.value, verdict: field?.verdict }]),
  )

describe.each<Way>(['in the clear', 'with placeholders', 'turn by turn'])(
  'a model that obeys what a customer writes, %s',
  (way) => {
    it.each(injections.map((each) => [each.title, each] as const))(
      'is as good as one that says nothing: %s',
      async (_, injection) => {
        const input = inputOf([request, injection.text])
        const { byModel, ticket, byRules } = await obey(injection, input, way)
        // The model was asked and its answer was read; nothing of it is left.
        expect(byModel).not.toBeNull()
        expect(byModel!.fields).toEqual({})
        expect(byModel!.custom).toEqual({})
        expect(byModel!.action).toEqual({ kind: 'none' })
        const silent = { ...byRules, fields: {}, custom: {}, action: { kind: 'none' as const }, dropped: [] }
        expect(valuesOf(ticket)).toEqual(valuesOf(reconcile(byRules, silent)))
        expect(ticket.custom).toEqual({})
        expect(ticket.action).toEqual(byRules.action)
        expect(ticket.action.kind).toBe('create')
        expect(verify(ticket, input, lexicon).fields).toEqual(ticket.fields)
      },
    )
  },
)

it('tries more than twenty ways, in both languages', () => {
  const chinese = injections.filter(({ text }) => /[\u4e00-\u9fa5]/.test(text)).length
  expect(chinese).toBeGreaterThan(10)
  expect(injections.length - chinese).toBeGreaterThan(10)
})
