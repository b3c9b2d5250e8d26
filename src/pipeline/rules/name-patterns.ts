/** Words that announce a name. */
interface Pattern {
  readonly cue: RegExp
  readonly score: number
  /** How the name after the cue is delimited. */
  readonly shape: 'written' | 'spoken' | 'latin'
  /** The words announce a name, so that rare surnames and names of other peoples count too. */
  readonly sure?: boolean
}

/** What a person is at the place of the visit, said before the name. */
export const roles =
  '(?:[\\u4e00-\\u9fa5]{1,6}[部处科室组办站队](?=[\\s:：,，])|[\\u4e00-\\u9fa5]{0,4}(?:主管|经理|主任|班长|院长|负责人)(?=[\\s:：,，])|[\\u4e00-\\u9fa5]{2}部|保安队?|物业|前台|店长|店助|安全员|值班(?:室|的)?|门卫|行政|仓库|财务|采购|人事|主管|老板娘?|店员|助理|文员|厂长|车间主任|机修|电工|设备科的?|工程部的?|后勤|总务|业主|住户|租户|客户|用户|本人|家属|村长|支书|楼管|宿管|楼长|组长|护士长|工长|门岗|吧台|现场|夜班的?|白班的?|管家|项目部?|负责人|司机|业委会|居委会|村委会|管理处|物管|总经理|经办人?|厂办|办公室|领班|大堂|客房部|设备部|生产部|信息部|IT部?|运维|门店)'
/** Such a word alone is no name. */
export const roleWord = new RegExp(`^${roles}$`)

/** Words before a name. Each ends where the name begins. */
export const patterns: readonly Pattern[] = [
  {
    cue: /(?:^|[\n,，;；。\s【[])(?:姓名|联系人(?:姓名)?|联系|称呼|客户姓名|用户姓名|您的姓名|买家|(?!收件人|收货人|发件人|寄件人|经销|法人)[\u4e00-\u9fa5]{1,4}人|(?:现场|报修|上报|对接|联系|负责|值班)(?:联系|老师|医生|员工|人员|同事)|contact(?: person| name)?|name|full name|(?:reported|requested|submitted) by|attn)\s*[:：]\s*/gi,
    score: 6,
    shape: 'written',
    sure: true,
  },
  {
    cue: /(?:联系人|报修人|负责人|经办人|现场(?:联系|对接)?(?:人)?|接待人|对接人|值班(?=[是叫找:：]))(?:是|叫|找|改为|改成|换成|变更为|换了|[:：\s])\s*/g,
    score: 5,
    shape: 'written',
    sure: true,
  },
  {
    cue: /联系人\s*[/及和、]\s*(?:联系)?(?:电话|手机|方式)\s*[:：]\s*/g,
    score: 5,
    shape: 'written',
    sure: true,
  },
  { cue: /(?:收件人|收货人)\s*[:：]\s*/g, score: 2.5, shape: 'written', sure: true },
  // A name in the box for the number.
  { cue: /(?:手机号?|电话)\s*[:：]\s*(?=[\u4e00-\u9fa5]{2,4}\s*(?:\n|$))/g, score: 4, shape: 'written' },
  {
    cue: /(?:名字|联系人)?(?:也)?改[成为](?:我)?(?:女儿|儿子|老婆|老公|爱人|媳妇|妈妈?|爸爸?|姐姐?|哥哥?|弟弟?|妹妹?)\s*(?=[\u4e00-\u9fa5])/g,
    score: 4,
    shape: 'written',
  },
  { cue: /(?:用户|客户) (?=[\u4e00-\u9fa5]{2,8}(?:$|\s))/g, score: 3, shape: 'written', sure: true },
  { cue: /(?:用户|客户|业主|机主|车主|租户)\s*[:：]\s*/g, score: 4, shape: 'written' },
  {
    cue: /(?:业主|户主|店主|店长|车主|机主|租户|老板|经办人?)(?=[\u4e00-\u9fa5]{2,3}(?:电话|手机|[\s,，。;；(（\d]|$))/g,
    score: 3,
    shape: 'written',
  },
  {
    cue: /(?:收件人|收货人|名字|姓名)(?:也?改为|也?改成|换成|变更为)\s*/g,
    score: 5,
    shape: 'written',
    sure: true,
  },
  {
    cue: /(?:收件人|收货人)(?:是|叫|写|[:：\s])\s*/g,
    score: 2,
    shape: 'written',
  },
  // 姓齐不是齐整的齐是少见的那个亓亓宝山: the character is shown before the name
  {
    cue: /(?:那个|这个)([\u4e00-\u9fa5])[\s,，]*(?=\1[\u4e00-\u9fa5])/g,
    score: 6.5,
    shape: 'spoken',
    sure: true,
  },
  // 别找我 找护士长韦美兰
  {
    cue: /(?:别|不要|不用)(?:找|打|联系)我[^。\n]{0,16}?(?:找|联系|打给?)\s*(?=[\u4e00-\u9fa5])/g,
    score: 7,
    shape: 'spoken',
  },
  {
    cue: /(?:到了|到店|到时候?|来了|上门|现场|你们?)[^,，。\n]{0,4}(?:找|联系|问)(?!我)\s*(?=[\u4e00-\u9fa5])/g,
    score: 5.5,
    shape: 'spoken',
  },
  { cue: /问\s*(?=[\u4e00-\u9fa5]{2,3}就(?:晓得|知道))/g, score: 6, shape: 'spoken', sure: true },
  {
    cue: /(?:找|联系)我\s*(?!爱人|老公|老婆|妈|爸|媳妇|同事|儿子|女儿|对象|[姐哥弟妹家们就要吧也都或和跟再请先谢]|电话|手机)(?=[\u4e00-\u9fa5]{2,3}(?:[\s,，。\d]|$))/g,
    score: 5,
    shape: 'written',
    sure: true,
  },
  { cue: /(?:找|联系|叫)我?\s*(?=[A-Z][a-z])/g, score: 4, shape: 'latin' },
  { cue: /(?:中文名?|全名|大名)(?:叫|是)\s*(?=[\u4e00-\u9fa5])/g, score: 6, shape: 'spoken' },
  { cue: /本人\s*(?=[\u4e00-\u9fa5]{2,3}(?:[\s,，。\d]|$))/g, score: 4, shape: 'written' },
  { cue: /\bask (?:at [a-z ]{3,28} )?for\s+(?=[A-Z])/gi, score: 6, shape: 'latin' },
  { cue: /我(?:的)?(?:名字)?(?:叫|是叫|姓名是)\s*/g, score: 6, shape: 'spoken', sure: true },
  {
    cue: /(?:[他她]|老婆|老公|我妈|我爸|母亲|父亲|家人|同事)(?:名字)?叫\s*(?=[\u4e00-\u9fa5])/g,
    score: 4,
    shape: 'spoken',
  },
  { cue: /(?:免贵|我)?姓\s*(?=[\u4e00-\u9fa5])/g, score: 5, shape: 'spoken', sure: true },
  { cue: /姓([\u4e00-\u9fa5])[^。\n]{0,8}?叫\s*(?=\1)/g, score: 6, shape: 'spoken', sure: true },
  {
    cue: /(?:找|联系)(?:[\u4e00-\u9fa5]{1,3}(?:部|科|处|室|组|队|班)|保安|前台|门卫|物业|店长|仓库|值班)(?:部|室)?的?(?:队长|主管|经理)?(?=[\u4e00-\u9fa5])/g,
    score: 4,
    shape: 'spoken',
  },
  {
    cue: /(?:找|联系|打给|名字是|名字叫|就写|写|叫我|喊我|留)\s*(?=[\u4e00-\u9fa5])/g,
    score: 3,
    shape: 'spoken',
  },
  {
    cue: /(?:我|这边|这里|本人)是\s*(?:[\u4e00-\u9fa5]{0,8}的|保安|物业|店长|楼长|组长|前台|助理|行政|文员|老板|机主|业主)?(?=[\u4e00-\u9fa5])/g,
    score: 4,
    shape: 'spoken',
  },
  {
    cue: /(?:^|[\s,，。;；\n])(?:物业|店长|夜班的?|值班的?|白班的?|车间的?|前台的?|仓库的?|设备科的?|工程部的?|后勤的?|现场的?|机修的?|我这边)(?=[\u4e00-\u9fa5])/g,
    score: 3,
    shape: 'spoken',
  },
  {
    cue: /\b(?:I'?m|I am|this is|it's|my name is|my name's|name is|name's|speaking with|contact|please call|call|ring|reach|under the name(?: of)?)\s+(?=[A-Z])/gi,
    score: 4,
    shape: 'latin',
  },
]
