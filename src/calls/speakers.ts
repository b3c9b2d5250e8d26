import type { Speaker, Utterance } from '../contract/transcript.ts'

/** How an agent of a company begins or speaks of herself; no customer says it. */
const agentSays =
  /(?:您好|你好).{0,12}(?:公司|客服|售后|热线|服务中心|很高兴(?:为您)?服务|请问有什么(?:可以)?帮)|工号.{0,6}[0-9零一二三四五六七八九十]|(?:很高兴)?为您服务|请问有什么(?:可以)?帮(?:到?您|助您)|thank(?:s| you) for calling|how (?:can|may) i help you|customer (?:service|support),? (?:this is|my name)/i

/** An agent introduces herself early: later on a customer may quote her. */
const firstUtterances = 6

/**
 * Says who speaks. A track that the call center names is whom it names. Otherwise voices (tracks, or the recogniser's own labels)
 * are told apart by one rule: the single voice that greets for a company, names a work number or offers help within its first
 * sentences is the agent, and every other voice is on the customer's side. Where none or several do, nobody is named. Pure.
 */
export function assignSpeakers(utterances: readonly Utterance[]): Utterance[] {
  const voices = new Map<string, Utterance[]>()
  for (const utterance of utterances) {
    const voice = voiceOf(utterance)
    voices.set(voice, [...(voices.get(voice) ?? []), utterance])
  }
  const agents = [...voices].filter(([, said]) =>
    said.slice(0, firstUtterances).some(({ text }) => agentSays.test(text)),
  )
  const agent = voices.size > 1 && agents.length === 1 ? agents[0]![0] : null
  return utterances.map((utterance) => {
    if (utterance.speaker !== 'unknown' || agent === null) return utterance
    const speaker: Speaker = voiceOf(utterance) === agent ? 'agent' : 'customer'
    return { ...utterance, speaker }
  })
}

const voiceOf = ({ leg, voice }: Utterance) => `${leg ?? ''}/${voice ?? ''}`
