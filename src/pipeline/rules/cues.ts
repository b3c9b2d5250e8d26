import type { Intent, Sentiment, Urgency } from '../../contract/ticket.ts'
import type { Mark } from '../span.ts'
import { markOf, type Utterance } from './scene.ts'

/** Words that speak for a class, and how strongly. */
export interface Cue<C extends string> {
  readonly words: RegExp
  readonly of: C
  readonly weight: number
  /** Whoever says it waits for something of their own. */
  readonly waits?: true
}

/** A cue that was found. */
export interface CueHit<C extends string> {
  readonly cue: Cue<C>
  readonly mark: Mark
  readonly at: number
}

const negation =
  /(?:没有人?|没人?|未|无|不是|并没|并不|不会|并非|别|不用|不要|不必|避免|防止|怕|(?<![么是])不|no|not|without|nobody|no one|none|n't)(?:发现|出现|闻到|看到|什么|任何|再|有|any|a|feel|see)?\s*$/i

/** 是否困人：否 */
const deniedInForm = /^\s*[:：]\s*(?:否|无|没有?|不|no\b|none\b)/i

/** Finds the cues of a table in what was said; a denied one ("没有冒烟") does not count. */
export function hits<C extends string>(
  table: readonly Cue<C>[],
  utterances: readonly Utterance[],
): CueHit<C>[] {
  const found: CueHit<C>[] = []
  for (const u of utterances) {
    for (const cue of table) {
      cue.words.lastIndex = 0
      const match = firstStanding(cue.words, u.plain.text)
      const mark = match && markOf(u, u.plain, match.index, match.index + match[0].length)
      if (mark) found.push({ cue, mark, at: u.at })
    }
  }
  return found
}

/** A cue counts once, however often it is repeated. */
export function once<C extends string>(found: readonly CueHit<C>[]): CueHit<C>[] {
  const seen = new Set<Cue<C>>()
  return found.filter((hit) => !seen.has(hit.cue) && seen.add(hit.cue))
}

function firstStanding(words: RegExp, text: string): RegExpExecArray | null {
  return standing(words, text).next().value ?? null
}

/** Where words stand in a text and are not denied, the first 20 places looked at. */
export function* standing(
  words: RegExp,
  text: string,
  denied: (text: string, at: number, end: number) => boolean = isDenied,
): Generator<RegExpExecArray, undefined> {
  // Mostly there is nothing: a pattern of its own is made only where there is.
  if (text.search(words) === -1) return
  const all = new RegExp(words.source, words.flags.includes('i') ? 'gi' : 'g')
  for (let guard = 0; guard < 20; guard++) {
    const match = all.exec(text)
    if (!match) return
    if (match[0] !== '' && !denied(text, match.index, all.lastIndex)) yield match
    if (match[0] === '') all.lastIndex++
  }
}

/** Whether what stands here is denied by the words before it ("没有冒烟") or in the box after it ("冒烟：否"). */
export function isDenied(text: string, at: number, end: number): boolean {
  return negation.test(text.slice(Math.max(0, at - 8), at)) || deniedInForm.test(text.slice(end, end + 6))
}

/** Danger to people. `grave` is danger that is happening. */
export const danger: readonly Cue<'grave' | 'hazard'>[] = [
  {
    words:
      /漏电(?!保护(?:器|开关)?(?:坏|型号|多少))|触电|电到|电了(?:我|他|她|一下)|带电|麻手|手麻|发麻|麻了一下|electric shock|shocked me|got a shock|electrocut/i,
    of: 'grave',
    weight: 3,
  },
  {
    words:
      /冒(?:黑|白|浓)?烟|(?<![打点]不|不)着火(?!的)|起火|火苗(?![^,，。\n]{0,4}(?:小|大|黄|红|稳|弱|高|低|不))|失火|烧(?:起来|着)了|(?:焦|糊|烧焦|胶皮|塑料烧)(?:糊|臭)?的?(?:味|气味|味道)|(?:漏水|水).{0,6}插座|插座.{0,6}(?:水|湿|冒|发黑)|(?:插[头座排]|电线|电源线|接线板|空开|端子|接头).{0,12}(?:烧(?:了|焦|化|黑|糊|坏)|发黑|融化|露铜|冒)|(?:床单|窗帘|地毯|衣服|沙发|墙).{0,6}(?:烧|燎|烫|熏)[了黑着]|火(?:苗|焰)?(?:从|往|就|突然)[^,，。;；\n]{0,6}(?:窜|喷|冒|蹿)|(?:点火|打火|燃气|煤气|灶|锅炉|壁挂炉|热水器)[^,，。;；\n]{0,10}(?:(?:嘭|砰|轰)[地的一]|爆燃)|冒火花|打火花|火花|smok(?:e|ing)|burning smell|sparks?\b|on fire|caught fire|flames?\b/i,
    of: 'grave',
    weight: 3,
  },
  {
    words:
      /(?:燃气|煤气|天然气|瓦斯)(?:味|泄漏|泄露|漏)|漏(?:燃气|煤气|天然气)|一氧化碳|煤气中毒|刺鼻|臭鸡蛋味?|(?:燃气|煤气|天然气|可燃气体?|一氧化碳|烟雾?|烟感)报警器?.{0,8}(?:叫|响|滴|闪|报)|头晕|恶心想吐|gas (?:leak|smell)|smell(?:s|ing)? (?:of )?gas|carbon monoxide|dizzy/i,
    of: 'grave',
    weight: 3,
  },
  {
    words:
      /爆炸|炸了|炸裂|自爆|炸开|(?:压力|气压|油压)表?.{0,6}(?:红线|爆表|打满|到顶|超限)|(?:锅炉|储气罐|压力容器|压力锅|罐体).{0,8}(?:超压|鼓|裂)|安全阀.{0,4}(?:没动作|不动作|没跳|不起跳|失灵|失效)|(?:氨气?|氯气|制冷剂|氟利昂).{0,3}(?:泄漏|泄露|漏了|味)|explod|explosion|shattered|overpressure/i,
    of: 'grave',
    weight: 3,
  },
  {
    words:
      /(?:电梯|梯)[^。\n]{0,6}(?:卡|停)(?:在|到|了)?[^。\n]{0,6}[楼层][\s\S]{0,20}(?:(?<![没无])有(?:人|个|一|两)[^,，。\n]{0,6}在?里|里面?(?<![没无])有(?:人|个))|(?:卡|困|关)(?:了|着)?(?:在|到)?(?:电梯|轿厢)里|喊救命|困(?:人|在|住|[了着][^，,。;；\n]{0,6}(?:人|孩子|小孩|老太|老头|大爷|大妈|阿姨|学生|乘客|业主|[两二三四五六七八几]个))|被困|(?:被关|关在|被关在)(?:里面|里头|电梯|轿厢)|出不来|夹(?:到|着|住|了)?(?:人|手|我|孩子|小孩|老人|脚|头)|夹手|夹着(?=[^,，。\n]{0,5}(?:手|脚|头|人|我|他|她|孩|老|爸|妈|腿|胳膊))|受伤|流血|流了.{0,4}血|烫伤|烫(?:到手|到我|到孩子|了一下|起泡|红了)|割伤|划伤了?手|骨折|[摔绊滑]倒|摔伤|里面(?:还)?有[^,，。;；\n]{0,4}(?:人|孕妇|孩子|小孩)|在(?:电梯|轿厢)里?.{0,6}(?:打不开|出不|停|不动|卡)|晕倒|坠落|急坠|溜梯|电梯.{0,6}停在?[^,，。\n]{1,6}(?:中间|之间|半(?:空|中间))|里面?(?:还)?(?:关|困|卡)(?:了|着)?[^,，。\n]{0,4}(?:人|孩|奶奶|爷爷|老太|老人|大爷|大妈)|电梯.{0,18}(?:卡|停|不动).{0,24}(?:(?:人|孩|女儿|儿子|奶奶|爷爷|老[人公婆]|我[妈爸]|乘客|同事|住户).{0,8}(?:里面|里头|轿厢里)|(?:还|都)在(?:里面|里头))|电梯.{0,12}(?:往下[滑掉坠]|突然下[坠滑])|(?:轿厢|梯|楼)[^。\n]{0,16}(?:往下|突然|猛地?|一下子?)[^。\n]{0,4}[坠掉沉滑](?:了|下|一截|半层)|(?:膝盖|额头|头|手|脚|胳膊|腿|脸)(?:都|也)?(?:磕|碰|擦|撞|划|烫|割|夹|砸)(?:破|伤|出血|肿|青)|(?:(?<![扶把二右左助入新械])手(?![带柄机轮动环表套把刹工续臂])|脚(?![轮垫踏架])|胳膊|(?<!机械|机器)手臂)[^,，。;；\n]{0,4}(?:卡|卷|绞|压|轧|夹)(?:在|进|到|住|入|断)|(?:老人|老太太?|大爷|大妈|奶奶|爷爷|孩子|小孩|学生|乘客|有人|客人|顾客|工人)[^,，。;；\n把将给的]{0,4}(?:摔(?:下|倒|伤|进|了一跤)|滚下|掉[下进]|跌[下倒进])|(?:砸|压|撞|轧)(?:到|着|伤|中)了?(?:人|手|脚|头|孩子|工人)|打伤|(?:电梯|轿厢).{0,8}(?:半道|半路|半截|半空|中间).{0,16}(?:(?<![没无])(?<!没有)人|奶奶|爷爷|老太|孩)|trapped|stuck inside|injur|hurt\b|bleeding|burn(?:ed|t) (?:my|his|her)/i,
    of: 'grave',
    weight: 3,
  },
  {
    words:
      /鼓包|鼓起来|(?:插头|插座|插排|插线板|电源线|电线)[^,，。;；\n]{0,6}(?:烫|变形)|(?:电源线|电线|线皮|绝缘皮|绝缘层|护套)[^,，。;；\n]{0,10}(?:破|裂|露|咬|老化)|(?:露|看得?到|见)(?:出|了|着)?(?:里面的)?(?:铜丝|铜线|线芯|电线芯)|(?:充电器|充电头|充电口|适配器)[^,，。;；\n]{0,8}(?:融|熔|化了|烤化|变形)|frayed|exposed wires?|(?:plug|cable|cord|charger|socket)[^.\n]{0,20}melted|差点儿?(?:摔|撞|出事|被?电|烫|砸|伤)|车把.{0,6}(?:掉|断|松脱)|(?:轮子|轱辘).{0,4}(?:掉|飞)|膨胀|电池.{0,10}(?:发烫|很烫|特别烫|烫手|变形|漏液)|(?:充电宝|电瓶).{0,8}(?:发烫|烫手|鼓|变形|裂)|刹车.{0,4}(?:失灵|失效|刹不住|没用)|刹不住|swollen|swelling|bulg|brakes? (?:fail|don't work|not working)/i,
    of: 'hazard',
    weight: 2.5,
  },
]

/** What the customer wants. */
export const intentCues: readonly Cue<Intent>[] = [
  {
    words:
      /投诉|(?<!\d)12315(?!\d)|消协|消费者协会|市场监管|工商局|诉诸法律|曝光你们|什么(?:态度|服务|口气)|(?:说话|语气).{0,6}(?:客气|难听|冲|凶)|不耐烦|挂我电话|人呢|黑猫|(?:third|fourth|fifth|\d+th) (?:email|time|call)|nobody has come|still waiting|cancel (?:the|our) contract|rude\b|电话(?:也|都)?不接|差评|举报|态度(?:很|太|特别|极)?(?:差|恶劣|不好)|推诿|踢皮球|忽悠|骗人|太过分|不负责|没人管|给个说法|怎么赔|要(?:你们)?赔|索赔|乱收费|管不管|到底.{0,4}(?:修|来|管)|(?:是不是|想不想|还想不想|都)不?想?(?:不)?想管|讨个说法|太不像话|最后一次机会|糊弄|耍我|骗上门费|被坑|白等|白跑一?趟|去(?:找)?工商|市长热线|(?<!\d)12345(?!\d)|找(?:记者|媒体|你们(?:总部|总公司|领导|老板))|等到现在|还(修|来|管|装|送|退)不\1|(?:电话|手机)(?:关机|打不通|没人接|一直占线)|(?:经理|领导|负责人)(?:出来|来听|接电话)|hung up on|disappointed|unhappy|not happy|poor (?:service|workmanship|installation|quality)|no one ever|nobody ever|complain|unacceptable|terrible service|ridiculous/i,
    of: 'complaint',
    weight: 4,
  },
  {
    words:
      /一直没(?:有)?人|没(?:有)?人(?:联系|来|处理|回|理|接)|(?:说好|答应|承诺|约好|约了).{0,14}(?:没来|没到|没人|不来|爽约|没消息)|放(?:我)?鸽子|(?:都|已经)?(?:打|报|催)了?(?:有)?.{0,4}(?:[二三四五六七八九十两几2-9]|好几)(?:次|遍|回)|第[三四五六3-9]次|(?:说|约)(?:好)?(?:的|了)?(?:周|星期|礼拜|今天|昨天|前天)[一二三四五六日天]?[^,，。\n]{0,4}来?[^,，。\n]{0,6}(?:没来|没到|没人|不见人|人影)|(?:周|星期|礼拜)[一二三四五六日天]没来|否则|再不.{0,10}就|nobody (?:came|called|showed)|no one (?:came|called|showed)|never showed/i,
    of: 'complaint',
    weight: 2.6,
  },
  {
    words:
      /少送|少发|少了[一两二三几\d]|送错|发错|送来.{0,8}(?:坏|破|碎|断|裂)|显示签收|(?:快递|包裹|东西|货|件).{0,8}(?:丢|偷)了|理赔|赔付|赔偿|(?:箱子|包装|外箱|货|纸箱|货物).{0,6}(?:破|碎|压坏|烂|湿)|破损|摔坏|丢件|弄丢|运坏|missing (?:a|one|two|box|item)|wrong (?:item|product)|damaged (?:in|on|when|box|parcel|package)/i,
    of: 'complaint',
    weight: 2.4,
  },
  {
    words:
      /退货|退款|退钱|退掉|退机|(?:换|修)不了[^,，。\n]{0,2}就?退|退[了掉]这[台个]|换货|换一台|(?<!以旧)换新|退换|退了(?:吧|算|得)|(?:不(?:要|想|用)|别)修了?[^,，。\n]{0,3}[\s,，]{0,2}[^,，。\n]{0,6}(?:换(?:一?[台块]|新|一?个新)|退)|换(?:一)?台新的|退一[台个件套]|(?:还是|就|直接|干脆)退(?:吧|了吧|掉|款)|原路退|(?:不要了|不想要)[^。\n]{0,16}(?:退|拉走|取走)|[把将][^,，。\n]{0,8}[钱费款][^,，。\n]{0,4}退|(?:费用?|钱|款)退(?:还|回|给)|办(?:一下|个)?退|take it back|money back|想退|要退|申请退|refund|return (?:it|the|this|my)|send it back|exchange (?:it|for)|replacement/i,
    of: 'return_refund',
    weight: 5.5,
  },
  {
    words:
      /发票|开票|专票|抬头|账单|收据|小票(?!机)|月结单|红冲|税号|押金|多付|(?:resend|send|need|no|get|the|a) receipt\b(?! printer)|statement|charged twice|double payment|扣费|扣款|多收|多扣|乱收费|收费(?:不对|有问题|标准)|重复(?:扣|收)|收(?:了)?我?(?:[两二2三3]|好几)(?:次|遍|回|份).{0,6}(?:费|钱)|(?:退|补)(?:我)?(?:一笔|差价|差额|多收)|价保|保价|(?:降|便宜)了[\d一二两三四五六七八九十百千]+|比合同(?:多|高|贵)|费用(?:不对|有问题|怎么)|对账|付款记录|欠费|续费|invoice|charged|overcharged|billing|bill\b|payment/i,
    of: 'billing',
    weight: 3.2,
  },
  {
    words:
      /(?:希望|建议|能不能|可不可以|可否|能否|想要|最好能?)(?:你们|系统|后台|软件|以后|后续)?.{0,8}(?:增加|新增|加(?:个|一个|上|入)|支持|做个|出个|优化)|希望(?![^,，。\n]{0,12}(?:来|修|上门|尽快|早点|处理|安排|解决|退|换))[^,，。\n]{0,12}(?:能|可以)|能不能(?:按|直接|自动|批量|导|设|自定义|区分)|功能建议|提个(?:建议|需求)|需求建议|feature request|would be (?:nice|great|good) if|could you add|please add|wish (?:there|it)|suggest(?:ion)?/i,
    of: 'feature_request',
    weight: 3,
  },
  {
    words:
      /安装|装机|移机|还没(?:给我们?)?装(?![的回上])|拆装|送装|装一下|来装|上门装|装(?:个|一台|空调|热水器|油烟机|净水|洗碗|在)|调试|新(?:买|购)的?.{0,8}装|上门[来]?挂|(?:挂|装)(?:一下|到墙上|上墙)|install/i,
    of: 'installation',
    weight: 2.6,
  },
  {
    words:
      /保养|清洗|洗一下|换(?:个|一下|一套|一块|一组|一个|块)?(?:滤芯|刹车片|电池|墨盒|硒鼓|密封圈|易损件|灯管|机油|皮带)|滤芯.{0,4}(?:该|要|需要|得|到期)换?|换(?:个|一下|套)?芯|[首二三]保|更换(?:滤芯|刹车片|电池|墨盒|硒鼓|耗材)|维保|年检|年审|检修|例行|巡检|除垢|加(?:氟|雪种|制冷剂)|校准|定期|maintenance|tune-?up|calibrat|descal|filter (?:change|replacement)|clean(?:ing|ed)? service/i,
    of: 'maintenance',
    weight: 2.8,
  },
  {
    words:
      /报修|维修|修一下|修理|烧毁|烧坏|损坏|失灵|罢工|检修|派(?:人|员|工程师)|来修|上门修|坏了?|故障|repair|fix\b|broken|broke\b/i,
    of: 'repair',
    weight: 2,
  },
  {
    words:
      /请问|咨询|问一下|想问|打听|了解一下|怎么(?!还|又|老|回事|办|这么|一直|没)|如何|多少钱|什么价|报价|询价|是否|有没有(?!人)|能不能(?!来|尽快|快|赶紧|派|修|退|换|给我修)|是不是|可以.{0,6}吗|几年|多久|多大|几天|说明书|(?:能|可以|会|有|带|是|行|支持|算)[^,，。\n]{1,14}(?:吗|不|么|没有?|吧)[?？]?\s*$|区别|支持.{0,8}吗|能[^,，。\n]{1,12}吗|(送|行|要|收|含|用|包|带|管|保)不\1|考虑一下|是多少|什么意思|(?:去|上|到)哪(?:儿|里)?(?:能|可以)?(?:买|配)|哪里(?:买|下载|看|有)|how (?:do|can|to|much|long)|what (?:is|are|does)|do you|does it|is there|can i|could you (?:tell|send)|question|wondering|manual/i,
    of: 'inquiry',
    weight: 1.8,
  },
  {
    words:
      /先不约|不约了|(?:是我|原来是?|可能是)[^,，。\n]{0,12}(?:折了|没插|没开|忘了|跳闸|弄错|按错|自己)|(?:现在|刚才|后来)?(?:又|自己|自动)又?(?:好了|正常了|能用了|可以了)|(?:现在|刚刚?|这会儿)(?:已经)?(?:好了|正常了)|不用(?:来|派人|修|跑|您?们?跑|麻烦)(?:了|人了?|你们了?)|先观察|never mind|表扬|点赞|好评|夸一下|满意(?!度)|打错|按错|没事了|没别的/,
    of: 'inquiry',
    weight: 3,
  },
  { words: /收费|多少钱|价格|什么价|怎么卖|费用大概|how much|price/i, of: 'inquiry', weight: 1.6 },
  {
    words:
      /查(?:个|一下|下)(?:件|单|快递|物流)|到哪了|到哪儿了|什么时候(?:能)?(?:到|送|发|来)|几点(?:能)?(?:到|来)|还是(?:上午|下午)来|怎么还没(?:到|来|送|发)|查一下(?:单号|订单|物流|进度)|进度|师傅.{0,4}(?:到哪|几点|什么时候)|(?:没|未)收到(?:货|件|快递|东西)|(?:处理|进行|排|走|修)到(?:哪|谁|第几|什么)|几[号点](?:能|可以)?(?:到|来|送|发|装|修|上门)|(?:到|来|送|发|寄|通过|批|订上|修好|排上)了?(?:没有?|没呢)(?=$|[\s,，。?？!！啊呀呢])|(?:到货|清关|发货|审核|退款|到账|检测|批下来?)[^,，。\n]{0,2}了?(?:没有?|吗)(?=$|[\s,，。?？!！啊呀呢])|(?:今天|明天|还)(?:会|能)?(?:派送|送|来|到)(?:吗|不|么)|师傅的?(?:电话|号码)|(?:接单|派单|派人|派师傅|排上|安排)了?(?:没有?|吗|没)(?=$|[\s,，。?？!！啊呀呢])|which (?:technician|engineer)|(?:到场|发货|到货|送达)时间|什么进度|啥时候(?:能)?(?:到|来|送|发|修好)|大概几点|(?:delivery|arrival) date|will arrive|any (?:news|update)|has (?:it|the [a-z]{1,12}|my [a-z]{1,12}) (?:arrived|shipped|left)|reschedule|(?:帮我|麻烦)?查查|催(?:一下|单|促)|where is|when will|status of|eta\b/i,
    of: 'inquiry',
    weight: 2.2,
    waits: true,
  },
  {
    words:
      /报错|闪退|崩溃|登(?:录|陆)?不(?:上|了|进)|登录失败|白屏|卡(?:死|住)|加载(?:不出|失败|很慢)|数据(?:不对|丢|没了|错|重复|不一致)|同步(?:失败|不了)|导(?:出|入)(?:失败|不了|为空|乱码)|提示.{0,20}(?:失败|错误|重复|异常|无权|超时)|是空的|为空|没有?数据|不对(?!.{0,3}是)|统计.{0,4}错|保存(?:不了|失败)|打不开|不显示|收不到(?:验证码|短信|通知)|bug|crash|5\d\d (?:error|错误)|error\b|fails?\b|doesn't (?:load|work|save|sync)|can't (?:log ?in|save|open|export)|unable to/i,
    of: 'bug_report',
    weight: 2.4,
  },
]

/** What an agent's answer says about the request. */
export const agentCues: readonly Cue<Intent>[] = [
  {
    words:
      /(?:记录|反馈|提|登记)(?:了|一下)?(?:产品|需求|建议)|(?:已|会)(?:反馈|提交)(?:给)?产品|需求(?:了|已记录|池)/,
    of: 'feature_request',
    weight: 3,
  },
  {
    words: /想?退(?:货|款)?(?:呢)?还是(?:想?要?)换|换(?:货|新)?还是(?:想?要?)退/,
    of: 'return_refund',
    weight: 3,
  },
  { words: /安排(?:安装|装机)|安装师傅/, of: 'installation', weight: 1 },
  { words: /安排(?:保养|清洗|维保)/, of: 'maintenance', weight: 1 },
]

/** How pressing it is. */
export const urgencyCues: readonly Cue<Urgency>[] = [
  {
    words:
      /(?:整条|全|整个|生产|产)(?:条)?(?:产|生产)?线.{0,4}(?:停|瘫|断)|停产(?!的|了?没|型|日|期|那|前)|(?:分拣|流水|输送|生产|总装|灌装|包装|涂装|冲压|电镀)线(?:全)?(?:停|瘫|卡死|挂|趴)|(?:几|上|[一二三四五六七八九两\d]{1,2})百(?:号|个|多)人.{0,6}(?:没法|不能|等着|站着)|一(?:件|个单|台|单)都(?:出不|进不|发不|不能|没法)|停线|全线停|全厂停|车间.{0,4}(?:停|瘫)|整个?(?:车间|厂|厂区|公司|商场|楼)(?:都|全)[^,，。\n]{0,4}(?:等|停|瘫|没法|断|用不了)|[1-9一二三四五六七八九十]+(?:条线|家店|个门店|个车间)(?:全|都)(?:部)?(?:停|瘫|用不了|连不上)|(?:所有|全部|全公司|全员|整个公司|全国|几十号人|整个(?:部门|团队)).{0,12}(?:用不了|登不[上进]|打不上|打不了卡|进不来|发不出|收不到|登录不了|打不开|不能用|停|瘫痪|进不去|都不行|掉线)|(?:手术室|手术间|ICU|重症|急诊|产房|透析室?|抢救室?|呼吸机|血库|血透|供氧(?:站|机房)?|暖箱|无影灯|疫苗(?:柜|冰箱|库)).{0,12}(?:停(?!车)|坏|不(?:工作|转|制冷|运转)|没电|报警)|(?:系统|平台|服务)(?:全)?(?:瘫痪|崩了|宕机)|机房.{0,16}(?:停机|高温|宕|跳闸)|(?:全|都|线)[^,，。\n]{0,2}趴窝|业务.{0,4}(?:要|已经|全)断|(?:全国|所有|全部)(?:的)?(?:门店|用户|客户).{0,10}(?:无法|不能|没法|收不了)|(?:支付|收款|登录)全部(?:失败|不行|报错)|线(?:都)?停了|全停|整线.{0,3}停|(?:line|cell|plant|floor) (?:is )?(?:down|stopped|idle)|none of (?:our|the|us)[^.\n]{0,20} can |production (?:is )?(?:down|stopped|halted)|all (?:users|staff|stores|of us)|everyone (?:is )?(?:locked|unable)|completely down|outage/i,
    of: 'critical',
    weight: 4,
  },
  {
    words:
      /(?:没法|不能|无法|影响|耽误|停止?)(?:了)?(?:正常)?(?:交货|交付|发货|出货|营业|开店|做生意|开门|出餐|出品|生产|接单|发货|上课|手术)|停业|营业不了|干不了活|没法(?:干活|上班|办公|卖|用)|交不了(?:货|单|工|差)|发不了货|赶不上(?:交期|交货|开业)|(?:晚班|夜班|早班|今晚|明早)(?:还|就)?(?:要|得)用|(?:今晚|晚上|中午|今天|明早|明天|后天)[^,，。\n]{0,8}(?:婚宴|宴席|喜酒|酒席|寿宴|年会|团餐|[\d一二两三四五六七八九十百]+(?:几|多|来)?(?:桌|个(?:孩子|小孩|学生|病人|客人|员工|工人)|号人|人(?:吃饭|用餐|开会)))|(?:幼儿园|托班|养老院|敬老院|福利院|月子中心)|we open (?:at|tomorrow)|opens? (?:tomorrow|at \d)|opening tomorrow|出不了[货单]|趴窝|收不了[款银钱]|卖不了|排(?:着|起|了)?长?队(?!机)|客人.{0,6}多|开不了(?:店|门营业|业)|做不了(?:生意|饮品|单)|客人(?:都)?(?:在)?等|排队等|(?:客服|同事|员工|工人|大家|人)(?:全|都)?(?:在)?(?:干)?等着?(?:呢|用)?(?=$|[\s,，。!！])|来不及|全是人|一波接一波|忙死|忙不过来|单子?(?:特别|太|这么|真)多|单子多|做不了|出不了(?:餐|杯|单|品)|停售|停卖|(?:客户|领导|专家|检查组?|评审|甲方)[^,，。\n]{0,2}(?:马上|已经|就要|快)(?:要)?(?:到|来)|不能卖|没法(?:派活|接单|派单|收款|结账)|歇业|(?:今天|明天|明早|后天|马上|就要?)开业|(?<!(?:避开|错开|过了?|别|不要)[^。\n]{0,8})高峰(?:期)?(?!(?:期|时段)?(?:之?后|以后|别|不要))|can(?:'t|not) (?:open|serve|sell|operate|take payments?|pay)|(?:customers?|patients?|guests?|technicians?) (?:are |is )?(?:waiting|sitting)|lost business|closed because/i,
    of: 'high',
    weight: 3,
  },
  {
    words:
      /老人|老年|老太太|老爷子|独居|一个人(?:住|在家)|[六七八九]十(?:多|几|来|[一二三四五六七八九])?岁?(?:了|的)|轮椅|心脏病|孕妇|婴儿(?![房椅床车衣])|宝宝(?!的?(?:恒温|衣|房|椅|床|车|餐|水壶|辅食))|新生儿|小宝|坐月子|月子|产后|月嫂|(?:孩子|宝宝|娃|小孩|儿子|女儿|孙子|孙女)[^,，。\n]{0,2}(?:才|刚|不到)[\d一二两三四五六七八九十几半]{1,3}(?:天|个?月|周)|瘫|刚出生|刚?(?:满月|百天)|(?:几|[\d一二两三四五六七八九十])个(?:多)?月(?:大|的(?:宝宝|孩子|娃))|病人|卧床|残疾|行动不便|奶奶|爷爷|岁了|高血压|[孩娃宝][子宝]?(?:在)?(?:发烧|生病|住院)|胰岛素|呼吸机|透析|baby|infant|newborn|elderly|pregnant|disabled|wheelchair/i,
    of: 'high',
    weight: 2,
  },
  {
    words:
      /请(?:于)?今天|(?:[\d一二两三四五六七八九十半]{1,3}个?(?:多)?(?:分钟|小时|钟头))(?:之?后|以后|就)[^,，。\n]{0,8}(?:开会|会议|[频事长]会|开播|开场|直播|考试|领导|演示|上课|客户|出发|营业|手术|比赛|发车)|(?<!上周.{0,6})[一二三四五六七八九十\d]{1,2}点(?:半|多|钟)?(?:就|前)?(?:开播|开场|开会|开考|上课|直播|截止|要用|得用|交货|发车)|(?:今[天日晚])?\d{1,2}(?::00|:30|点|时)之?前(?:须|必须|需|得|要|有[^,，。\n]{0,6}(?:必须|要))|(?:by|before) \d{1,2}(?::\d\d)? ?(?:am|pm) (?:today|tonight)|must [^.\n]{0,30}by \d|(?:meeting|demo|show|exam|launch|class|event|rush|starts?|opens?)[^.\n]{0,24}\bin (?:\d{1,2}|an|half an|ten|twenty|thirty) (?:minutes|hour)\b|(?:主题|标题|subject)\s{0,2}[:：]\s{0,2}(?:\[|【)?(?:急|紧急|urgent)|(?:求求|求)(?:你们|速来|帮)|(?<!(?:明天|后天|周.|星期.|礼拜.|[\d一二三四五六七八九十]+号)[^,，。\n]{0,6})(?:今天|今晚)?[^,，。\n]{0,4}(?:上午|中午|下午|晚上|[\d一二两三四五六七八九十]+点(?:半)?)之?前[^,，。\n]{0,4}(?:能|可以|可不可以|要|得|必须)?(?:来|到|修好|弄好|搞定)|(?:send|need) (?:someone|somebody|anyone)[^.\n]{0,20}(?:tonight|today)|(?:^|[\s,，。!！])急+(?=$|[\s,，。!！])|(?:今晚|今天|今日|下午|中午|晚上|马上|待会儿?|一会儿?|\d点(?:半|钟)?)(?:还?有|就?要|得|就)[^,，。\n]{0,8}(?:检查|开标|对账|验收|会议|上课|直播|投标|考试|演出|婚礼|请客|活动|出.{0,4}[样货]|给客户|比赛|搬家|面试|签约|培训|评审|接待|打包|发车)|(?:今天|今日|今晚)[^,，。\n]{0,6}(?:营业|开门|开店|下班|打烊|高峰)[^,，。\n]{0,8}前|(?:客人|我们?|住客)[^,，。\n]{0,8}(?:退房|登机|赶车|赶飞机|走不了|动不了)|(?:周[一二三四五六日]|\d号)(?:之)?前(?:就)?(?:要|得|必须)(?:交货|交付|出货|完工)|必须(?:有人|来人|给我|解决|修好|到)|今天(?:就)?安排|今天(?:之内|内)?(?:必须|一定|务必|得|就要|就得)|必须(?:今天|今晚|马上|立刻)|务必.{0,6}(?:今|马上|尽快)|最晚今|今晚之前|今天之前|十万火急|加急|特急|紧急(?!呼叫|按钮|出口|制动|停止|停机|联系|开关)|(?<!不)(?:很|特别|非常|太|比较|挺|好)急(?!诊)|急(?:急|死|用|等|需|修)|等着(?:用|批|发|交|出货|开会)|发工资|(?:今天|今晚|中午|下午|明天)(?:就|之前|前)?(?:要|得).{0,8}(?:用|交|发|赶(?![场集街圩])|开会|开业|检查|考试|出货)|(?:meeting|deadline|deliver).{0,16}today|马上(?:来|派|处理|安排)|立刻|立即|赶紧(?:来|派|处理)|urgent|asap|as soon as possible|immediately|right (?:away|now)|(?:service|event|dinner|show|meeting|party|wedding|catering)[^.\n]{0,24}tonight|must .{0,12}today|by (?:tonight|end of (?:the )?day)|deadline/i,
    of: 'high',
    weight: 2.4,
  },
  {
    words:
      /(?<!客户)投诉(?!派送|建议|快递|渠道|单号)|(?<!\d)12315(?!\d)|消协|消费者协会|市场监管|工商局|曝光|否则|不[^,，。\n]{1,8}我?就(?:去|找|打12|发网)|(?:今天|下午|今晚|中午|晚上)有(?:个|场|一?批)?[^,，。\n]{0,8}(?:订单|团|活动|聚餐|检查|会议|搬家)|你们(?:就|得|要|必须|来|给)?赔|(?:维修|修|换|报修)(?:了|过)?(?:[三四五六3-9]|好几)(?:次|回|遍)|[三四五六3-9]次(?:维修|上门|报修)|等了一(?:整)?天|人呢|现在(?:都)?[\d一二两三四五六七八九十]+(?:个)?(?:小时|天|个?星期|周)了|客户.{0,8}(?:验货|来看|参观|检查|验收)|(?:third|fourth|fifth) (?:email|time|call)|nobody has come|cancel (?:the|our) contract|不想再等|到今天.{0,10}还没|再不.{0,10}(?:就|我)|再[^,，。\n]{0,6}不[^,，。\n]{0,6}(?:退|投诉|曝光)|起诉|律师|记者|媒体|最后一次机会|去(?:找)?工商|市长热线|(?<!\d)12345(?!\d)|告你们|你们(?:总部|总公司)|法院|举报|差评|(?:周|星期|礼拜)[一二三四五六日天]没来|(?:说好|答应|承诺|约好|约了|说是).{0,16}(?:没来|没到|没人|不来|爽约|没消息|还没)|放(?:我)?鸽子|等到现在|还(?:修不修|来不来|管不管|装不装)|(?:昨|前)天[^,，。\n]{0,6}装的[\s\S]{0,12}(?:全是水|漏水|淹|坏了)|一直没(?:有)?人|到现在.{0,6}没|第[三四五六3-9]次|等了?(?:[三四五六七八九十两3-9](?:天|周|多|个(?:多)?(?:星期|礼拜|月))|一个?(?:星期|礼拜|月))|lawyer|legal action|chargeback|complain|third time|promised/i,
    of: 'high',
    weight: 2.4,
  },
  {
    words:
      /不(?:着|用|是很|太|算)?急|不(?:太)?着急|(?<!今天|明天|今晚|上午|下午)有(?:空|时间)(?:再|看|来|过来)|路过(?:的时候)?|方便的时候|不赶时间|慢慢来|不碍事|无所谓(?:哪天|什么时候)|(?:改天|顺路)[^,，。\n]{0,4}(?:有空|方便|再|来)|(?<!周|月)哪天(?:有空|方便|路过)(?!\s*(?:$|[?？]))|小(?:问题|瑕疵)(?=$|[\s,，。])|没有就算了|什么时候(?:来)?都(?:行|可以)|不影响(?:使用|用|生产|交期|别的)|no (?:rush|hurry)|not urgent|whenever|when you (?:have|get) (?:time|a chance)/i,
    of: 'low',
    weight: 4,
  },
]

/** How the customer feels. */
export const sentimentCues: readonly Cue<Sentiment>[] = [
  {
    words:
      /气死|骗子|垃圾|忍无可忍|太过分|什么破|破(?:东西|玩意|公司)|混蛋|有病|滚(?![筒动轮刷珠烫水子开])|操(?![作场心控盘纵])|(?<![我你他她咱爸姑姨舅大干])妈的(?![手电号生名地])|他妈(?![妈的])|他妈的(?![手电号生名地])|TMD|去死|无语了|欺负人|不要脸|黑心|坑(?:人|爹)|霸王(?!(?:花|洗|茶))|(?:[!！]){3,}|岂有此理|受够|fed up|furious|ridiculous|scam|worst|disgust|unacceptable|liars?/i,
    of: 'angry',
    weight: 3,
  },
  {
    words:
      /(?:你们|到底).{0,8}(?:管不管|什么意思|想怎样|怎么回事|还来不来)|我要投诉|投诉你们|(?<!\d)12315(?!\d)|曝光|再不.{0,10}就|法院|律师/i,
    of: 'angry',
    weight: 2,
  },
  {
    words:
      /投诉|失望|不满|(?<!麻)烦|糟糕|太差|(?:很|太|特别|非常)(?:急|担心|害怕|麻烦|不方便|生气)|着急|害怕|吓|怎么还没|都快|等了|一直没|没人|还是不行|还没(?:修好|来|解决)|否则|快快|救命|受不了|耽误|影响|disappoint|frustrat|annoy|upset|worried|scared|still (?:not|hasn't|no)|again\b/i,
    of: 'negative',
    weight: 2,
  },
  {
    words:
      /(?:很|非常|特别|太|挺|真)(?:好|棒|满意|专业|感谢|给力|不错|赞|耐心|负责)|满意(?!度)|好评|表扬|点赞|夸|辛苦了|太感谢|谢谢(?:师傅|你们)的|great (?:job|service)|excellent|perfect|love (?:it|the)|awesome|appreciate|very (?:happy|satisfied|helpful)/i,
    of: 'positive',
    weight: 2.5,
  },
]

/** The customer has been here before with this. */
export const repeatCues: readonly Cue<'repeat'>[] = [
  {
    words:
      /上(?:次|回|礼拜|周|个月)[^,，。;；\n]{0,8}(?:修|来|报|打|换|约|说|师傅|联系)|之前(?:[^,，。;；\n]{0,4})(?:修|报|打过|约|反映|联系|来过|换过|投诉|找过)|(?:打|报|修|约|催|来|换|反映|联系|投诉|找)过(?:你们|电话|一次|两次|好几|几次|了|\d|[二三四五]|的|修|单|,|，|$)/i,
    of: 'repeat',
    weight: 2,
  },
  {
    words:
      /又(?:坏|不|漏|开始|出|报|停|卡|响|跳|黑|闪|死|断|堵|掉|来|打|是|犯)|再次|第[二三四五六七八九2-9]次|(?:打|报|催|约|说|修|反映|来)了?(?:[两二三四五六七八九几2-9]|好几)(?:次|遍|回|趟)|还是(?:老|同样|一样|上次)|老(?:问题|毛病)|同样的(?:问题|故障)|复发|没修好|昨天(?:约|报|打|说|联系)|前天(?:约|报|打|说|联系)|催(?:一下|单|促)|一直没(?:有)?人|没人(?:联系|来|处理)|还没(?:人来|修好|处理|解决|派)|约好.{0,10}(?:没|不)/i,
    of: 'repeat',
    weight: 2,
  },
  {
    words:
      /\bagain\b|second time|third time|already (?:called|reported|contacted|emailed)|called (?:before|last|yesterday|twice)|last (?:time|week).{0,20}(?:fixed|repaired|came|technician)|still (?:not|hasn't|no|waiting)|follow(?:ing)?[- ]up|same (?:problem|issue|fault)|previous (?:ticket|repair|case)/i,
    of: 'repeat',
    weight: 2,
  },
]
