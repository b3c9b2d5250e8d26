/** Phrasings that ask for the same thing: they are compared as one. */
export interface Meaning {
  readonly name: string
  readonly pattern: RegExp
  /** What a question asks for or reports with it an answer must be about; elsewhere it only helps. */
  readonly needed: boolean
  /** A matter for a person unless a phrasing of the article names it too; words somewhere in its text are not enough. */
  readonly personal?: boolean
}

const needed = (name: string, pattern: RegExp): Meaning => ({ name, pattern, needed: true })
const personal = (name: string, pattern: RegExp): Meaning => ({ name, pattern, needed: true, personal: true })
const helps = (name: string, pattern: RegExp): Meaning => ({ name, pattern, needed: false })

/** In the order in which they are looked for; what one took the next ones do not see. */
export const meanings: readonly Meaning[] = [
  // What a person must hear: no article answers it by accident.
  personal(
    'danger',
    /冒烟|冒火|着火|起火|火花|火星|烧焦|烧糊|焦糊味|糊味|焦味|爆炸|漏电|触电|电到|电了一下|麻手|燃气味|煤气味|漏气|漏燃气|煤气泄漏|燃气泄漏|一氧化碳|中毒|头晕|受伤|夹住|夹到|坠落|smoke|smoking|on fire|burning|gas leak|smell(?:s|ing)? (?:of )?gas|electric shock/g,
  ),
  personal('trapped', /困人|被困|困在|关在电梯|困住|出不来|trapped|stuck inside|stuck in/g),
  personal(
    'complaint',
    /投诉|曝光|举报|消协|12315|差评|赔偿|赔钱|索赔|律师|起诉|骗人|骗子|complain(?:t|ts)?|compensation|sue/g,
  ),
  personal(
    'return',
    /退货|退款|退钱|退掉|换货|换一台|换新机|换台新|退换|无理由|return it|refund|replace(?:ment)? unit|exchange/g,
  ),
  personal('trade-in', /以旧换新|旧机回收|回收旧|回收|补贴|trade.?in|recycl\w*/g),
  personal(
    'progress',
    /到哪了|到哪里了|进度|催一下|催单|怎么还没|还没来|什么时候来|什么时候到|几点来|几点到|什么时候上门|几点上门|什么时候修好|没人联系|没人来|status of my|when will .{0,30}(?:come|arrive)/g,
  ),
  personal('cancel', /取消|改约|改时间|改期|改天|换个时间|推迟|提前到|cancel|reschedul\w*/g),
  personal('person', /人工客服|转人工|人工服务|真人|human agent|real person/g),
  personal('invoice', /发票|开票|税号|抬头|invoice|receipt/g),
  personal(
    'buy',
    /多少钱一[台套个部]|[一每][台套个部]多少钱|卖多少|售价|购买|想买|买一台|哪里买|在哪买|哪里能买|下单|优惠|打折|促销|活动价|型号推荐|哪款|推荐一|buy|purchase|discount/g,
  ),
  needed('accessory', /配件|原装|滤芯|灯管|遥控板|遥控器|spare parts?|remote control/g),
  // What is asked.
  needed(
    'out-of-warranty',
    /过了?保修期|过了?质保期|过了?保|(?:保修|质保)期?[之以]?外|保外|out of warranty/g,
  ),
  needed(
    'warranty',
    /(?:保修|质保)期?[之以]?内|保修期|质保期|保修|质保|保固|包修|三包|保内|warranty|guarantee/g,
  ),
  needed(
    'fee',
    /多少钱|怎么收费|如何收费|收费标准|要不要钱|收不收钱|收不收费|要收费|要钱|花钱|收钱|收费|费用|价格|价钱|报价|什么价|免费|how much|costs?|prices?|fees?|charged?|free of charge/g,
  ),
  needed('move', /移机|移位置|换个位置装|挪个位置|搬家|relocat\w+/g),
  needed('install', /安装|装机|拆装|拆机|加装|install(?:ation|ed|ing)?/g),
  needed('clean', /清洗|清洁|洗一洗|洗一下|怎么洗|拆洗|除垢|清理|消毒|除菌|clean(?:ing|ed)?|descal\w+/g),
  needed('inspect', /年检|检验|年审|inspections?/g),
  needed('maintain', /保养|维保|维护|maintenance|serviced?\b/g),
  needed(
    'visit',
    /上门|派人|派师傅|派个师傅|约师傅|叫师傅|预约|报修|on.?site|technician|engineer|appointment|book a/g,
  ),
  needed('wifi', /wi-?fi|无线网|联网|连网|配网|连不上网|连不上手机|手机控制|app\b|绑定/g),
  needed('reset', /恢复出厂|复位|重置|初始化|童锁|解锁|锁住|锁定|child lock|unlock|reset/g),
  needed('where', /在哪里|在哪儿|在哪|哪里有|哪儿有|地址|门店|网点|where is|address|located/g),
  needed(
    'hours',
    /营业时间|上班时间|几点上班|几点下班|工作时间|节假日|周末上班|opening hours|business hours/g,
  ),
  needed('hotline', /客服电话|电话号码|热线|联系电话|打什么电话|phone number|hotline/g),
  needed('energy', /耗电|费电|省电|功率|用电量|一天几度电|能效|几度电|power consumption|energy/g),
  // What is wrong.
  needed(
    'no-cool',
    /不制冷|制不了冷|不够冷|不冷|不凉|制冷效果差|制冷差|制冷不好|吹热风|出热风|没有冷气|没冷气|没冷风|没有冷风|吹的不是冷风|not cool(?:ing)?|no cold air|warm air/g,
  ),
  needed(
    'no-heat',
    /不制热|制不了热|吹冷风|出冷风|没有热水|没热水|出冷水|不出热水|不热|烧不热|加热不了|不加热|水不烫|忽冷忽热|时冷时热|一会儿?冷一会儿?热|一阵冷一阵热|no hot water|not heat(?:ing)?/g,
  ),
  needed('leak', /漏水|滴水|渗水|流水|淌水|出水(?!慢|小)|积水|漏了一地|leak(?:s|ing|ed)?|dripp?(?:s|ing)/g),
  needed(
    'noise',
    /噪音|噪声|异响|响声|很响|好响|太响|声音大|声音很大|声音特别大|嗡嗡|咔咔|咯咯|太吵|很吵|吵死|nois[ey]\w*|rattl\w+/g,
  ),
  needed('smell', /异味|臭味|霉味|怪味|有味道|难闻|发臭|很臭|串味|有味|smells?|odou?r/g),
  needed('frost', /结冰|结霜|冰太厚|霜太厚|除霜|化霜|frost|ice build.?up|defrost/g),
  needed('no-drain', /不排水|排不出水|排不了水|不下水|水排不|排水慢|not? drain(?:ing)?|won't drain/g),
  needed('no-spin', /不脱水|脱不了水|不甩干|甩不干|甩不了|not? spin(?:ning)?|won't spin/g),
  helps('spin', /脱水|甩干|spin(?:ning)?/g),
  needed('shake', /抖动|晃动|震动|振动|抖得|跳动|移位|乱跑|shak(?:es|ing)|vibrat\w+/g),
  needed(
    'no-power',
    /开不了机|开不了|无法开机|不能开机|不开机|不通电|没反应|启动不了|无法启动|不启动|打不着火|点不着火|点不着|打不着|不点火|won't (?:turn on|start)|no power|not turn on/g,
  ),
  needed('trip', /跳闸|断电|停电|trips?\b|power cut/g),
  needed('broken', /摔坏|碎了|裂了|破了|断了|broken|cracked/g),
  needed('water-low', /水压|出水慢|水流小|水流太小|出水小|水小|water pressure/g),
  // What only colours a question.
  helps('code', /错误代码|故障代码|故障码|报错|代码|error codes?|fault codes?/g),
  helps('how-long', /多久|几年|多长时间|期限|多少年|几个月|什么时候|how long|how often|how many years/g),
  needed('temperature', /温度|多少度|调到多少|设多少|几度|几档|temperature|degrees/g),
  helps('filter', /过滤网|滤网|filters?/g),
  helps('take-out', /拆下来|拆卸|取下来|取出来|拆/g),
]

/** Names of the meanings that are matters for a person. */
export const personalMeanings: ReadonlySet<string> = new Set(
  meanings.filter((each) => each.personal).map(({ name }) => name),
)

/** Words that say nothing about what is asked. */
export const fillers =
  /您好|你好|请问一下|请问|想问一下|想问|问一下|咨询一下|咨询|麻烦|谢谢|急急急|在吗|亲|的时候|时候|一股|厉害|严重|坏了|整个|机器|里面|全部|开机就|一开机|我们家里|我们家|我们|我家里|我家|家里|你们|贵公司|我的|这个|那个|一下|怎么办呢|怎么办|怎么回事|怎么搞的|什么意思|啥意思|是什么|为什么|什么原因|原因是|原因|怎么样|怎样|怎么|如何|什么|为啥|咋|哪些|哪个|可以|能不能|可不可以|会不会|需要|应该|要不要|是不是|有没有|是否|是|吗|呢|吧|啊|呀|啦|了|的|一直|老是|总是|突然|现在|最近|今天|昨天|刚刚|刚才|每次|有点|非常|特别|出现|显示|提示|屏幕上|屏幕|面板上|面板|发生|有人|知道|正常|解决|处理|方法|步骤|教程|一般|用着|使用|这台|那台|一台|这种|那种|情况|问题|自己|下|请|我|要|能|会|就|还|都|在|有|家用|牌子|师傅/g

/** The same in English. */
export const englishFillers = new Set(
  'the a an my our your is are was it its i we you me do does did can could how what why when should to of for in on at and or with please hi hello thanks thank there this that be been has have had will would not shows show showing display mean means get keeps'.split(
    ' ',
  ),
)
