import type { JsonObject } from '../../../src/kernel/json.ts'
import { childOf, childrenOf, textOf, type XmlObject, type XmlValue } from '../../_kit/wechat-xml.ts'

/** What was chosen on a card: the option ids of each question. Pure. */
export function selectedIn(event: XmlObject): JsonObject {
  const items = childOf(event, 'SelectedItems')
  if (!items) return {}
  const chosen = childrenOf(items, 'SelectedItem')
    .filter(isObject)
    .map((item): [string, string[]] => {
      const ids = childOf(item, 'OptionIds')
      const texts = ids ? childrenOf(ids, 'OptionId').filter((id) => typeof id === 'string') : []
      return [textOf(item, 'QuestionKey'), texts]
    })
  return Object.fromEntries(chosen.filter(([question]) => question !== ''))
}

function isObject(value: XmlValue): value is XmlObject {
  return typeof value === 'object' && !Array.isArray(value)
}
