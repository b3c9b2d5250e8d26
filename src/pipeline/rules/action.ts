import type { Choice, Extraction, ExtractionAction } from '../../contract/extraction.ts'
import type { Intent } from '../../contract/ticket.ts'
import { houseLanguage } from '../../languages/index.ts'
import type { Scene } from './scene.ts'
import { aboutTicket, wantsPerson, wishToCancel } from './talk.ts'

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
 * What the hub should do next. A person who is asked for comes first; then a ticket that is waited for: cancelling it, pressing for
 * it, asking how far it is, or naming it. A repair, an installation or a maintenance without a phone number or an address asks for it, one field at
 * a time and none twice, where nobody of the house is speaking already, unless the customer wants no visit any more; danger never waits
 * for an answer.
 */
export function actionOf(
  fields: Extraction['fields'],
  scene: Scene,
  lang: string,
  choice: Choice | null = null,
): ExtractionAction {
  const { dialogue } = scene.input
  if (wantsPerson(scene, dialogue)) return { kind: 'handover' }
  const about = aboutTicket(scene, dialogue)
  if (about) return about
  const intent = fields.intent?.value ?? 'inquiry'
  if (intent === 'inquiry')
    return { kind: fields.fault_description || fields.appointment || fields.phone ? 'create' : 'none' }
  if (!needsVisit.has(intent)) return { kind: 'create' }
  const cancel = isAttended(scene) ? null : wishToCancel(scene)
  if (cancel) return { kind: 'create', cancel }
  return missing(fields, scene, lang, choice) ?? { kind: 'create' }
}

/** A person of the house listens. */
const isAttended = (scene: Scene) =>
  scene.input.channel === 'phone' || scene.utterances.some((u) => !u.customer)

/** The question for what is missing; the one that waits already goes on until it is answered. */
function missing(
  fields: Extraction['fields'],
  scene: Scene,
  lang: string,
  choice: Choice | null,
): ExtractionAction | null {
  const remote = fields.product_category?.value === '软件'
  if (isAttended(scene) || remote) return null
  const { asked = null, askedFields = [] } = scene.input.dialogue ?? {}
  const open = (field: 'phone' | 'address') =>
    choice?.field !== field && (asked?.field === field || !askedFields.includes(field))
  const lacks = [
    ...(fields.phone === undefined ? (['phone'] as const) : []),
    ...(fields.address?.value.detail ? [] : (['address'] as const)),
  ]
  const field = lacks.find(open)
  return field ? { kind: 'ask', field, ...questions[field][houseLanguage(lang)] } : null
}
