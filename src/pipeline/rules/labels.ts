import type { Label, Labels, Mood } from '../../contract/extraction.ts'
import type { Risk, TagTree } from '../../contract/labels.ts'
import { type Mark, spanOf } from '../span.ts'
import { moodOf } from './moods.ts'
import { findRisks } from './risks.ts'
import type { Utterance } from './scene.ts'
import type { Signs } from './signs.ts'
import { findTags } from './tags.ts'

/** Turns whose mood is kept, the newest. */
const mostMoods = 200

/** Tags, risks and moods of a conversation, by the customer's own words. `taken` are names, places and numbers. */
export function labelsOf(signs: Signs, tree: TagTree, taken: readonly Mark[]): Labels {
  const { said } = signs
  const tags = findTags(tree, said, taken)
  const risks = findRisks(
    said,
    signs.dangers.map((hit) => hit.mark),
  )
  return {
    tags: tags.map(
      ({ path, marks }): Label => ({ value: path, evidence: marks.map(spanOf), method: 'rules' }),
    ),
    risks: risks.map(
      ({ risk, marks }): Label<Risk> => ({ value: risk, evidence: marks.map(spanOf), method: 'rules' }),
    ),
    moods: said.filter(speaks).slice(-mostMoods).map(moodIn),
  }
}

const speaks = (u: Utterance) => u.plain.text.trim() !== ''

function moodIn(u: Utterance): Mood {
  const { sentiment, marks } = moodOf(u)
  return { turn: u.turn.id, atMs: u.turn.atMs, sentiment, evidence: marks.map(spanOf) }
}
