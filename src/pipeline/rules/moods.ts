import type { Sentiment } from '../../contract/ticket.ts'
import type { Mark } from '../span.ts'
import { type Cue, isDenied, sentimentCues, standing } from './cues.ts'
import { isRenounced, threats } from './risks.ts'
import { markOf, type Utterance } from './scene.ts'

/** What one turn alone shows, besides the cues of whole conversations. */
const turnCues: readonly Cue<Sentiment>[] = [
  {
    words:
      /凭什么|有完没完|什么玩意|耍(?:我|人)|骗(?:人|我)|恶劣|荒唐|可笑|不可理喻|气人|气炸|火大|丢人|一群废物|how dare|outrageous|sick of/i,
    of: 'angry',
    weight: 3,
  },
  {
    words:
      /怎么搞的|急死|烦死|影子都没|阴阳怪气|爱[答搭]不理|搞什么|太慢|差劲|郁闷|头疼|头痛|心累|折腾|不像话|不负责|不耐烦|态度(?:很|太)?差|又(?:坏|漏|不行)了|白跑|白等|没法用|unhappy|not happy|unacceptable|too long|fed up/i,
    of: 'negative',
    weight: 2,
  },
  {
    words:
      /太好了|(?:非常|十分|太|真是)?感谢(?!来电|您的来电)|给力|放心了|靠谱|终于好了|thank you so much|brilliant|wonderful/i,
    of: 'positive',
    weight: 2,
  },
]
const cues = [...sentimentCues, ...turnCues]

/** Words that look like a feeling and name a thing, or are polite. */
const notFelt =
  /^(?:滚(?:筒|动|轮|珠|刷|梯|烫|轴)|操(?:作|控|场|纵|心|盘)|有病(?:人|毒|床|房|历)|垃圾(?:处理|桶|箱|袋|分类|粉碎|房|站|口|道|车)|烦(?:请|劳|您|扰)|没人(?!来|管|理|接|处理|回|联系|修|上门|负责|跟)|影响(?:不大|使用吗)|等了解|都快(?:递|到)|夸(?:张|大)|挺好用|很好用|吓(?:一跳的价)|感谢信|满意度|不满(?:一|两|半|三|[\d])|霸王(?:条款)?(?=[餐龙洗]))/i

interface Felt {
  readonly of: Sentiment
  readonly weight: number
  readonly mark: Mark
}

const denied = (text: string, at: number, end: number) => isDenied(text, at, end) || isRenounced(text, at)

function felt(u: Utterance): Felt[] {
  const { text } = u.plain
  const found: Felt[] = []
  for (const { words, of, weight } of cues) {
    for (const match of standing(words, text, denied)) {
      if (notFelt.test(text.slice(match.index, match.index + 8))) continue
      if (/^again$/i.test(match[0]) && /thank/i.test(text)) continue
      const mark = markOf(u, u.plain, match.index, match.index + match[0].length)
      if (mark) found.push({ of, weight, mark })
      break
    }
  }
  return found
}

/** A name of the law or of the press is a threat only where somebody threatens. */
const institution = /律师|法院|12315|曝光/

/** How the customer feels in one turn, and the words that show it. Of several feelings anger counts, else the last; who threatens is not content. Pure. */
export function moodOf(u: Utterance): { readonly sentiment: Sentiment; readonly marks: readonly Mark[] } {
  const threat = [...threats('legal', u), ...threats('media', u)]
  const shown = felt(u).filter(
    ({ mark }) => threat.length > 0 || !institution.test(mark.turn.text.slice(mark.start, mark.end)),
  )
  const of = (sentiment: Sentiment) => shown.filter((each) => each.of === sentiment).map(({ mark }) => mark)
  const [angry, negative, positive] = [of('angry'), of('negative'), of('positive')]
  const heat = shown.filter((each) => each.of === 'angry').reduce((sum, each) => sum + each.weight, 0)
  const as = (sentiment: Sentiment, marks: readonly Mark[]) => ({ sentiment, marks: marks.slice(0, 3) })
  if (heat >= 3 || (heat > 0 && negative.length > 0)) return as('angry', angry)
  if (threat.length > 0) return as('negative', [...negative, ...angry, ...threat])
  const last = [...shown].sort((a, b) => b.mark.start - a.mark.start)[0]
  if (!last) return as('neutral', [])
  return last.of === 'positive' ? as('positive', positive) : as('negative', [...negative, ...angry])
}
