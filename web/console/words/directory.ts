import type { Words } from '../../ui/language.ts'

/** Words of groups, staff and routing. */
export const directoryWords = {
  title: ['技能组与人员', 'Groups and staff'],
  hint: [
    '工单按诉求、技能、区域找到技能组，再找到组里合适的人。',
    'A ticket finds a group by intent, skill and region, and then the right person in it.',
  ],
  groups: ['技能组', 'Groups'],
  staff: ['人员', 'Staff'],
  addGroup: ['新增技能组', 'Add a group'],
  addStaff: ['新增人员', 'Add a person'],
  noGroups: ['还没有技能组', 'No groups yet'],
  noGroupsHint: [
    '先建一个兜底组，没有别的组符合的工单会进来。',
    'Start with a default group: it takes what no other group fits.',
  ],
  noStaff: ['还没有人员', 'No staff yet'],
  noStaffHint: ['可以逐个新增，也可以从表格导入。', 'Add people one by one, or import a table.'],
  importTable: ['从表格导入', 'Import a table'],
  name: ['名称', 'Name'],
  personName: ['姓名', 'Name'],
  number: ['工号', 'Number'],
  phone: ['电话', 'Phone'],
  email: ['邮箱', 'E-mail'],
  intents: ['受理诉求', 'Intents'],
  skills: ['技能（产品类别）', 'Skills (product categories)'],
  regions: ['负责区域', 'Regions'],
  regionsHint: ['全国，或者省、市、区县的名称或代码', 'Everywhere, or names or codes of divisions'],
  any: ['不限', 'Any'],
  everywhere: ['全国', 'Everywhere'],
  chinese: ['中文', 'Chinese'],
  english: ['英文', 'English'],
  languages: ['语言', 'Languages'],
  tiers: ['客户等级', 'Customer tiers'],
  channels: ['渠道', 'Channels'],
  anyHint: ['留空表示不限', 'Empty for any'],
  hours: ['开放时间', 'Hours'],
  shift: ['班次', 'Shift'],
  always: ['全天', 'Always'],
  spans: ['按时段', 'By day'],
  noShift: ['不限', 'Any time'],
  addSpan: ['新增时段', 'Add hours'],
  open: ['开始', 'From'],
  close: ['结束', 'To'],
  mon: ['一', 'Mon'],
  tue: ['二', 'Tue'],
  wed: ['三', 'Wed'],
  thu: ['四', 'Thu'],
  fri: ['五', 'Fri'],
  sat: ['六', 'Sat'],
  sun: ['日', 'Sun'],
  capacity: ['未完成上限', 'Most open tickets'],
  capacityHint: ['留空表示不限', 'Empty for no limit'],
  emergency: ['应急组', 'Emergency group'],
  emergencyHint: ['危急工单先找它', 'Tried first for critical tickets'],
  isDefault: ['兜底组', 'Default group'],
  isDefaultHint: ['没有别的组符合时由它接', 'Takes what no other group fits'],
  load: ['手上', 'Load'],
  members: ['成员', 'Members'],
  memberCount: ['{n} 人', '{n} {n|person|people}'],
  certs: ['证件', 'Certificates'],
  maxLoad: ['最多同时', 'Most at once'],
  status: ['状态', 'Status'],
  inGroups: ['所属技能组', 'Groups'],
  maxKm: ['最远（公里）', 'Farthest (km)'],
  place: ['常驻位置（纬度，经度）', 'Home (latitude, longitude)'],
  removed: ['已停用', 'Taken out'],
  removeGroup: ['停用“{name}”？', 'Take "{name}" out?'],
  removeHint: ['有未完成工单或规则引用时不能停用。', 'Refused while tickets or rules need it.'],
  takeOut: ['停用', 'Take out'],
} as const satisfies Words

/** What a person is doing. */
export const staffStatusWords = {
  idle: ['空闲', 'Idle'],
  busy: ['忙碌', 'Busy'],
  leave: ['请假', 'On leave'],
  offline: ['离线', 'Offline'],
} as const satisfies Words

/** Words of the routing page. */
export const routingWords = {
  title: ['派单规则', 'Routing'],
  hint: [
    '先看规则：从上到下第一条符合的决定技能组。没有规则符合时，按策略比较所有技能组。',
    'Rules come first: the first that matches names the group. When none does, the policy compares all groups.',
  ],
  rules: ['规则', 'Rules'],
  policy: ['策略', 'Policy'],
  addRule: ['新增规则', 'Add a rule'],
  noRules: ['没有规则', 'No rules'],
  noRulesHint: [
    '没有规则也能派单：策略会比较所有技能组。规则用于例外，例如“VIP 客户的投诉给客诉组”。',
    'Routing works without rules: the policy compares all groups. Rules are for exceptions, such as "complaints of VIP customers go to the complaints group".',
  ],
  ruleName: ['规则名称', 'Name'],
  when: ['条件（JSON）', 'Condition (JSON)'],
  whenHint: [
    '例：{"any":[{"field":"ticket.intent","eq":"complaint"}，{"field":"ticket.customerTier","eq":"vip"}]}',
    'e.g. {"any":[{"field":"ticket.intent","eq":"complaint"},{"field":"ticket.customerTier","eq":"vip"}]}',
  ],
  conditions: ['同时满足', 'When all hold'],
  addCondition: ['新增条件', 'Add a condition'],
  group: ['派到', 'Goes to'],
  up: ['上移', 'Move up'],
  down: ['下移', 'Move down'],
  order: ['顺序', 'Order'],
  policyHint: [
    '策略是配置：检查哪些条件、按什么顺序取舍。保存后新的工单按它派。',
    'The policy is configuration: which checks count and in which order candidates are compared. New tickets follow it once it is saved.',
  ],
  policySaved: ['策略已保存', 'Policy saved'],
  badJson: ['不是有效的 JSON：{reason}', 'Not valid JSON: {reason}'],
  removed: ['已删除', 'Removed'],
} as const satisfies Words

/** Fields that rules ask for. */
export const ruleFieldWords = {
  'ticket.intent': ['诉求', 'Intent'],
  'ticket.urgency': ['紧急程度', 'Urgency'],
  'ticket.productCategory': ['产品类别', 'Product category'],
  'ticket.risks': ['风险', 'Risk'],
  'ticket.channel': ['渠道', 'Channel'],
  'ticket.customerTier': ['客户等级', 'Customer tier'],
  'ticket.language': ['语言', 'Language'],
  'ticket.region.province': ['省', 'Province'],
  'ticket.region.city': ['市', 'City'],
  'ticket.region.district': ['区县', 'District'],
} as const satisfies Words

/** Words of ticket types. */
export const typeWords = {
  minutes: ['{n} 分钟', '{n} min'],
  businessHours: ['{n} 小时', '{n} h'],
  title: ['工单类型', 'Ticket types'],
  hint: [
    '每种类型有自己的表单和时限。必填项没填完，工单不能完工。',
    'Each type has a form and promises of its own. A ticket cannot be resolved while required fields are empty.',
  ],
  add: ['新增类型', 'Add a type'],
  empty: ['还没有工单类型', 'No ticket types yet'],
  emptyHint: ['第一张工单会自动建立一个通用类型。', 'The first ticket makes a plain type by itself.'],
  key: ['标识', 'Key'],
  keyHint: ['小写英文，保存后不能改', 'Lower case; cannot be changed later'],
  nameZh: ['中文名称', 'Chinese name'],
  nameEn: ['英文名称', 'English name'],
  isDefault: ['默认类型', 'Default type'],
  calendar: ['时限按哪个日历计算', 'Promises count by'],
  calendarHint: ['应急类型选全天候的日历', 'Choose an around-the-clock calendar for emergencies'],
  calendarDefault: ['默认营业日历', "The business's default calendar"],
  always: ['24 小时', '24 hours'],
  appliesTo: ['自动用于', 'Used by itself for'],
  appliesToHint: [
    '选中的条件都符合时，工单自动用这个类型；条件最多的类型优先。都不选则只能手动选择。',
    'A ticket that meets all that is chosen gets this type by itself; the type with the most conditions comes first. With none it is only chosen by hand.',
  ],
  urgencies: ['紧急程度', 'Urgency'],
  intents: ['诉求', 'Intent'],
  categories: ['产品品类', 'Product category'],
  version: ['版本', 'Version'],
  fields: ['字段', 'Fields'],
  fieldCount: ['{n} 个', '{n}'],
  sla: ['时限（按营业时间计算）', 'Promises (in business time)'],
  breaking: ['改动影响旧工单：{names}', 'Changes that touch older tickets: {names}'],
} as const satisfies Words

/** Where job cards reach a person. */
export const identityWords = {
  title: ['派单卡片发到', 'Job cards go to'],
  hint: [
    '企业微信、钉钉、飞书的账号绑定后，派单卡片会发到对方手机上。',
    'Once their WeCom, DingTalk or Feishu user is linked, job cards reach their phone.',
  ],
  none: ['还没有绑定', 'Nothing is linked yet'],
  makeCode: ['生成绑定码', 'Make a code'],
  codeHint: [
    '让本人在 15 分钟内把这句话发给企业微信应用、钉钉机器人或飞书机器人，只能用一次。',
    'They write this to the WeCom application, the DingTalk robot or the Feishu bot within 15 minutes; it works once.',
  ],
  nowhere: [
    '绑定码要发给企业微信应用、钉钉机器人或飞书机器人，现在还没有启用员工可用的账号。',
    'The code is written to a WeCom application, a DingTalk robot or a Feishu bot; no account that the staff can use is on yet.',
  ],
  setUp: ['去接入渠道', 'Set up a channel'],
  unlink: ['解除绑定', 'Unlink'],
  unlinked: ['已解除绑定', 'Unlinked'],
  gone: ['已删除的账号', 'An account that was removed'],
} as const satisfies Words

/** What a name is where nobody has it any more. */
export const directoryNameWords = {
  gone: ['已删除', 'deleted'],
} as const satisfies Words
