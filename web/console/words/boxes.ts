import type { Words } from '../../ui/language.ts'

/** Units of time and of what is counted; `n` says how many there are. */
export const unitWords = {
  second: ['秒', '{n|second|seconds}'],
  minute: ['分钟', '{n|minute|minutes}'],
  hour: ['小时', '{n|hour|hours}'],
  day: ['天', '{n|day|days}'],
  times: ['次', '{n|time|times}'],
  messages: ['条', '{n|message|messages}'],
  chats: ['个会话', '{n|chat|chats}'],
  people: ['人', '{n|person|people}'],
  km: ['公里', 'km'],
} as const satisfies Words

/** What is wrong with what a box holds. */
export const problemWords = {
  noNumber: ['请填写数字', 'A number is needed'],
  noWhole: ['请填写整数', 'A whole number is needed'],
  atLeast: ['不能小于 {n}', 'It must be at least {n}'],
  atMost: ['不能大于 {n}', 'It must be at most {n}'],
  empty: ['不能为空', 'It must not be empty'],
  tooShort: ['至少 {n} 个字符', '{n} {n|character|characters} at least'],
  tooLong: ['最多 {n} 个字符', '{n} {n|character|characters} at most'],
  noZone: ['没有这个时区', 'There is no such time zone'],
  inItem: ['“{item}”：{problem}', '“{item}”: {problem}'],
} as const satisfies Words

/** Words around the boxes of a form. */
export const boxWords = {
  asJson: ['以 JSON 编辑', 'Edit as JSON'],
  isDefault: ['默认值', 'Default'],
  stored: ['已修改', 'Changed'],
  unsaved: ['有未保存的修改', 'Not saved yet'],
  discard: ['放弃修改', 'Discard'],
  restore: ['恢复默认', 'Restore the default'],
  restored: ['已恢复默认', 'The default is restored'],
  byDefault: ['默认：{value}', 'Default: {value}'],
  on: ['开', 'on'],
  off: ['关', 'off'],
  unit: ['单位', 'Unit'],
  addTag: ['输入后按回车', 'Type and press Enter'],
  addOne: ['添加“{name}”', 'Add “{name}”'],
  takeOut: ['去掉“{name}”', 'Take “{name}” out'],
  up: ['上移“{name}”', 'Move “{name}” up'],
  down: ['下移“{name}”', 'Move “{name}” down'],
  nowAt: ['“{name}”现在是第 {n} 位', '“{name}” is number {n} now'],
  noOrder: ['没有选择', 'Nothing chosen'],
  addLine: ['新增一行', 'Add a line'],
  removeLine: ['删除“{name}”这一行', 'Remove the line “{name}”'],
  ownText: ['已修改', 'Changed'],
  backToText: ['恢复默认文字', 'Restore the default text'],
  inChinese: ['中文', 'Chinese'],
  inEnglish: ['英文', 'English'],
} as const satisfies Words

/** The name of each box by its form and path, and under `….help` what it does. */
export const boxNames = {
  'company.hotlines': ['公司自己的电话', "The company's own numbers"],
  'company.hotlines.help': [
    '热线、分机和总机。对话里出现这些号码时，不会当成客户的电话。',
    "Hotlines and switchboards. Where they appear in a conversation they are not taken for the customer's phone.",
  ],
  'tickets.autoCloseMs': ['完工后自动关闭', 'Close a resolved ticket after'],
  'tickets.autoCloseMs.help': [
    '工单完工后过了这段时间，客户没有异议就自动关闭。',
    'A resolved ticket closes by itself after this time when the customer does not object.',
  ],
  'tickets.appointmentGraceMs': ['预约到达宽限', 'Grace for appointments'],
  'tickets.appointmentGraceMs.help': [
    '预约只有开始时间时，工程师最晚在这之后到达，否则算上门超时。',
    'Where an appointment has no end, the engineer must have arrived this long after its start, or the arrival is late.',
  ],
  'tickets.questionWaitMs': ['追问后等待回答', 'Wait for an answer'],
  'tickets.questionWaitMs.help': [
    '系统向客户追问缺少的信息后，最多等这么久；没有回答也会建立工单。',
    'When the hub asked for what is missing it waits this long; then the ticket opens without the answer.',
  ],
  'tickets.answerEveryMs': ['自动答复进度的间隔', 'Tell of progress at most every'],
  'tickets.answerEveryMs.help': [
    '客户再次询问进度时，隔了这么久且进度有变化，系统才再次自动答复。',
    'A customer who asks again how far a ticket is gets another automatic answer after this time, when something changed.',
  ],
  'tickets.expeditesPerHour': ['每小时催单次数', 'Expedites per hour'],
  'tickets.expeditesPerHour.help': [
    '客户对同一张工单一小时内最多催几次，次数平均分布在一小时里。',
    'How often a customer may press for one ticket within an hour, spread evenly over it.',
  ],
  'outbox.automaticPerHour': ['每小时自动消息上限', 'Automatic messages per hour'],
  'outbox.automaticPerHour.help': [
    '一个客户一小时内最多收到这么多条自动消息，防止两台机器互相回复。',
    'One customer gets at most so many automatic messages within an hour; the guard against two machines talking to each other.',
  ],
  'outbox.reservedForPeople': ['给人工保留的条数', 'Messages kept for people'],
  'outbox.reservedForPeople.help': [
    '有些渠道限制回复条数，最后这几条不用于自动消息，留给坐席。',
    'Some channels count replies. The last ones are not used by automatic messages but kept for agents.',
  ],
  'outbox.silentAccounts': ['不发自动消息的渠道账号', 'Accounts without automatic messages'],
  'outbox.silentAccounts.help': [
    '系统在这些账号上从不主动说话，只有坐席回复。',
    'On these channel accounts the hub never speaks by itself; only agents reply.',
  ],
  'outbox.texts': ['自动消息的文字', 'Texts of automatic messages'],
  'outbox.texts.help': [
    '点开一条即可改写。花括号里的变量发送时换成实际内容；某行的变量没有内容时，整行不发。',
    'Open one to rewrite it. Variables in braces are filled in when it is sent; a line whose variable has no value is left out.',
  ],
  'desk.assignByItself': ['自动分配会话', 'Give chats to agents by itself'],
  'desk.assignByItself.help': [
    '等待中的会话自动分给在线且有空位的坐席；关闭后由坐席自己领取。',
    'Chats that wait are given to agents who are online and have room. Switched off, agents take them from the queue.',
  ],
  'desk.maxChats': ['每人同时接待', 'Chats at a time'],
  'desk.maxChats.help': [
    '没有自己设定上限的坐席，同时最多接待这么多会话。',
    'How many chats an agent has at a time who never said how many.',
  ],
  'offers.enabled': ['派单前先询问工程师', 'Ask engineers first'],
  'offers.enabled.help': [
    '能收到派单卡片的工程师先被询问，接受后工单才归他；关闭后直接指派。',
    'Engineers whom job cards reach are asked before a ticket is theirs. Switched off, it is assigned to them right away.',
  ],
  'offers.expiryMs': ['等待答复', 'Time to answer'],
  'offers.expiryMs.help': [
    '工程师这么久没有答复，就询问下一位。',
    'An engineer who does not answer within this time is passed over for the next.',
  ],
  'offers.atOnce': ['同时询问', 'Asked at the same time'],
  'offers.atOnce.help': [
    '同时询问几位工程师，先接受的人得到工单。',
    'How many engineers are asked at once; the first to accept gets the ticket.',
  ],
  'offers.channels': ['派单卡片的渠道顺序', 'Order of channels for job cards'],
  'offers.channels.help': [
    '工程师绑定了几个渠道时，按这个顺序选择；没有列出的排在后面。',
    'For an engineer with several channels, the first of this order is used; those not listed come after.',
  ],
  'incidents.windowMs': ['归并的时间范围', 'Time span of one incident'],
  'incidents.windowMs.help': [
    '原因和地点相同的工单，间隔不超过这么久，就算同一个事件。',
    'Tickets of one cause and place that are no further apart in time are one incident.',
  ],
  'translation.automatic': ['自动翻译外语消息', 'Translate by itself'],
  'translation.automatic.help': [
    '打开会话时，自动把外语消息译成坐席的语言；关闭后由坐席点击翻译。需要配置语言模型。',
    "Messages in another language than the reader's are translated when they are opened, without a press of the button. Needs a configured model.",
  ],
  'policy.groups.checks': ['技能组要符合', 'A group must fit by'],
  'policy.groups.checks.help': [
    '勾选的条件都符合，工单才派给这个组。都不符合时进入兜底技能组。',
    'A group takes a ticket only where all that is chosen fits. Where no group fits, the default group takes it.',
  ],
  'policy.groups.order': ['几个组都符合时', 'When several groups fit'],
  'policy.groups.order.help': [
    '从上到下比较，第一个能分出高下的决定。',
    'Compared from top to bottom; the first that makes a difference decides.',
  ],
  'policy.emergency': ['应急工单走应急组', 'Emergency groups first'],
  'policy.emergency.help': [
    '应急工单先找标为应急的技能组，条件更少；没有合适的再按平常方式派。',
    'Emergencies try the groups made for them first, with fewer checks; then the usual way.',
  ],
  'policy.emergency.urgencies': ['哪些算应急', 'What is an emergency'],
  'policy.emergency.urgencies.help': [
    '这些紧急程度的工单走应急通道。',
    'Tickets of these urgencies try the emergency groups first.',
  ],
  'policy.emergency.checks': ['应急组要符合', 'An emergency group must fit by'],
  'policy.emergency.checks.help': [
    '通常不看营业时间和余量：险情不等人。',
    'Usually neither opening hours nor room left: danger does not wait.',
  ],
  'policy.emergency.order': ['几个应急组都符合时', 'When several emergency groups fit'],
  'policy.emergency.order.help': [
    '从上到下比较，第一个能分出高下的决定。',
    'Compared from top to bottom; the first that makes a difference decides.',
  ],
  'policy.engineers.intents': ['要派人上门的诉求', 'Intents that need somebody on site'],
  'policy.engineers.intents.help': [
    '其他诉求只派到技能组，不派工程师。',
    'Tickets of other intents go to a group only.',
  ],
  'policy.engineers.checks': ['工程师要符合', 'An engineer must fit by'],
  'policy.engineers.checks.help': [
    '勾选的条件都符合，才会派给这位工程师。没有人符合时，工单留在技能组待派。',
    'Only who fits by all that is chosen is sent. Where nobody does, the ticket waits in its group.',
  ],
  'policy.engineers.order': ['几位都符合时', 'When several engineers fit'],
  'policy.engineers.order.help': [
    '从上到下比较。先比距离是就近派单；先比未完成工单是均衡派单；把“差不多近”放在最前，再比未完成工单，是在附近的人里选最闲的。',
    'Compared from top to bottom. Distance first sends the nearest, open jobs first spreads the work; “within what counts as near” and then open jobs sends the least busy of those nearby.',
  ],
  'policy.engineers.slackKm.default': ['差不多近', 'What counts as near'],
  'policy.engineers.slackKm.default.help': [
    '比最近的人最多远这么多，也算附近。',
    'So much farther than the nearest still counts as near.',
  ],
  'policy.engineers.slackKm.byUrgency': ['按紧急程度的差不多近', 'Near by urgency'],
  'policy.engineers.slackKm.byUrgency.help': [
    '这里填了的紧急程度用自己的公里数，空着的用上面的。',
    'Urgencies with a number of their own; the others use the one above.',
  ],
  'policy.engineers.unknownDistance': ['不知道距离时', 'When the distance is unknown'],
  'policy.engineers.unknownDistance.help': [
    '工程师有最远距离，但工单或工程师没有位置时怎么办。',
    'For an engineer with a farthest distance, when the site or the engineer has no known place.',
  ],
  'policy.engineers.statuses': ['可以接单的状态', 'Statuses that get work'],
  'policy.engineers.statuses.help': [
    '只有这些状态的工程师会被派单。',
    'Only engineers in these statuses are given work.',
  ],
  'policy.engineers.shiftMoment': ['班次要覆盖', 'The shift must cover'],
  'policy.engineers.shiftMoment.help': [
    '没有预约的工单，按营业时间的时刻算。',
    'Without an appointment it is the moment of the opening hours.',
  ],
  'policy.engineers.certificates': ['需要证件的产品', 'Products that need certificates'],
  'policy.engineers.certificates.help': [
    '左边是产品类别，右边是上门必须有的证件。',
    'Left the product category, right the certificates that the work needs.',
  ],
  'policy.moment': ['营业时间按', 'Opening hours count'],
  'policy.moment.help': ['判断技能组是否营业用哪个时刻。', 'The moment at which a group must be open.'],
  'policy.timeZone': ['时区', 'Time zone'],
  'policy.timeZone.help': ['营业时间和班次按这个时区。', 'In which opening hours and shifts are written.'],
  'policy.mainLanguage': ['主要语言', 'Main language'],
  'policy.mainLanguage.help': [
    '大家都会说的语言，两个字母，如 zh、en。',
    'The language that everybody speaks, in two letters such as zh or en.',
  ],
  'policy.name': ['策略名称', 'Name of the policy'],
  'policy.name.help': ['只用于辨认。', 'Only to tell it apart.'],
} as const satisfies Words

/** What the hub says by itself, by the names of its texts. */
export const noticeNames = {
  'ticket.acknowledge': ['受理通知', 'Acknowledges the request'],
  'ticket.assigned': ['派单通知', 'Tells who comes'],
  'ticket.on_hold': ['挂起通知', 'Tells of the hold'],
  'ticket.resolved': ['完成通知', 'Tells that it is resolved'],
  'ticket.cancelled': ['取消通知', 'Tells of the cancellation'],
  'ticket.reopened': ['重新受理通知', 'Tells that it is open again'],
  'ticket.state.open': ['进度答复：待派单', 'Answer on progress: open'],
  'ticket.state.assigned': ['进度答复：已派单', 'Answer on progress: assigned'],
  'ticket.state.in_progress': ['进度答复：处理中', 'Answer on progress: in progress'],
  'ticket.state.on_hold': ['进度答复：已挂起', 'Answer on progress: on hold'],
  'ticket.expedited': ['催单回执', 'Acknowledges the pressing'],
  'ticket.cancel_asked': ['取消请求回执', 'Acknowledges the wish to cancel'],
  'knowledge.answer': ['引用知识库文章', 'Quotes an article'],
} as const satisfies Words
