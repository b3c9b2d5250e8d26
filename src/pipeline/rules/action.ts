import type { Extraction, ExtractionAction } from '../../contract/extraction.ts'
import type { Intent } from '../../contract/ticket.ts'
import type { Scene } from './scene.ts'

const forPerson =
  /转人工|人工客服|人工服务|找(?:个)?真人|换(?:个)?人工|speak to (?:a|an) (?:human|person|agent)|real person|human agent/i

/** Requests for which somebody has to travel or call. */
const needsVisit: ReadonlySet<Intent> = new Set(['repair', 'installation', 'maintenance'])

const questions = {
  phone: {
    zh: { question: '请问怎么联系您？请留一个电话号码。', quickReplies: ['就在这里联系我'] },
    en: { question: 'How can we reach you? Please leave a phone number.', quickReplies: ['Contact me here'] },
  },
  address: {
    zh: {
      question: '请问在哪里？请留下地址：城市、街道、门牌和房间号。',
      quickReplies: ['我送过去', '稍后提供'],
    },
    en: {
      question: 'Where is it? Please leave the address: city, street, number and room.',
      quickReplies: ['I will bring it in', 'I will send it later'],
    },
  },
} as const

/**
 * What the hub should do next. A repair, an installation or a maintenance without a phone number or an address asks for
 * it, one field at a time, where nobody of the house is speaking already; danger never waits for an answer.
 */
export function actionOf(fields: Extraction['fields'], scene: Scene, lang: string): ExtractionAction {
  const last = scene.customer.at(-1)
  if (last && forPerson.test(last.plain.text)) return { kind: 'handover' }
  const intent = fields.intent?.value ?? 'inquiry'
  if (intent === 'inquiry')
    return { kind: fields.fault_description || fields.appointment || fields.phone ? 'create' : 'none' }
  return needsVisit.has(intent) ? (missing(fields, scene, lang) ?? { kind: 'create' }) : { kind: 'create' }
}

function missing(fields: Extraction['fields'], scene: Scene, lang: string): ExtractionAction | null {
  const attended = scene.input.channel === 'phone' || scene.utterances.some((u) => !u.customer)
  const remote = fields.product_category?.value === '软件'
  const field = fields.phone === undefined ? 'phone' : fields.address?.value.detail ? null : 'address'
  if (attended || remote || field === null) return null
  return { kind: 'ask', field, ...questions[field][lang === 'en' ? 'en' : 'zh'] }
}
