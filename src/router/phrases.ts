import type { EngineerOrder, GroupOrder } from '../contract/routing.ts'

/** Languages in which decisions are explained. */
export type Lang = 'zh' | 'en'

type Pair = readonly [fits: string, fails: string]

/** Per check: the sentence when it holds, the sentence when it does not. */
export const phrases: Readonly<Record<string, Readonly<Record<Lang, Pair>>>> = {
  rule: {
    zh: ['规则指定了这个组', '规则指定的是另一个组（{needed}）'],
    en: ['the rule names this group', 'the rule names another group ({needed})'],
  },
  emergency: {
    zh: ['是应急组', '不是应急组，而工单紧急'],
    en: ['is an emergency group', 'is not an emergency group, and the ticket is critical'],
  },
  last_resort: {
    zh: ['兜底组，没有其他组符合', '兜底组，已有 {found} 个其他组符合'],
    en: ['default group; no other group fits', 'default group, and others fit ({found})'],
  },
  intent: {
    zh: ['受理“{needed}”', '不受理“{needed}”（受理：{found}）'],
    en: ['takes {needed}', 'does not take {needed} (takes: {found})'],
  },
  skill: {
    zh: ['技能含“{needed}”', '技能不含“{needed}”（现有：{found}）'],
    en: ['is skilled in {needed}', 'is not skilled in {needed} (has: {found})'],
  },
  region: {
    zh: ['区域覆盖{needed}', '区域不含{needed}（负责：{found}）'],
    en: ['covers {needed}', 'does not cover {needed} (covers: {found})'],
  },
  language: {
    zh: ['会{needed}', '不会{needed}（会：{found}）'],
    en: ['speaks {needed}', 'does not speak {needed} (speaks: {found})'],
  },
  tier: {
    zh: ['服务该等级客户', '只服务{found}客户，该客户是{needed}'],
    en: ['serves this customer tier', 'serves only {found} customers; this one is {needed}'],
  },
  channel: {
    zh: ['受理该渠道', '只受理渠道：{found}，该工单来自{needed}'],
    en: ['takes this channel', 'takes only {found}; the ticket came by {needed}'],
  },
  hours: {
    zh: ['{needed} 在开放时间内', '{needed} 不在开放时间内（{found}）'],
    en: ['is open on {needed}', 'is closed on {needed} (open: {found})'],
  },
  capacity: {
    zh: ['还有余量（{found}）', '没有余量（{found}）'],
    en: ['has room ({found})', 'has no room ({found})'],
  },
  visit: {
    zh: ['“{found}”需要上门', '“{found}”不需要上门'],
    en: ['{found} needs a visit', '{found} needs no visit'],
  },
  declined: {
    zh: ['没有拒绝过这张工单', '拒绝过这张工单，或没有按时答复'],
    en: ['has not turned this ticket down', 'turned this ticket down, or did not answer in time'],
  },
  group: {
    zh: ['属于所选组', '不属于所选组 {needed}（属于：{found}）'],
    en: ['belongs to the chosen group', 'does not belong to the chosen group {needed} (belongs to: {found})'],
  },
  certificate: {
    zh: ['持有所需证件（{needed}）', '缺少证件：需要{needed}，持有{found}'],
    en: ['holds the certificates needed ({needed})', 'lacks a certificate: needs {needed}, holds {found}'],
  },
  status: {
    zh: ['状态为{found}', '状态为{found}，不能派单'],
    en: ['is {found}', 'is {found} and cannot be sent'],
  },
  load: {
    zh: ['手上 {found} 单（含待接单），上限 {needed}', '已满：手上 {found} 单（含待接单），上限 {needed}'],
    en: [
      'has room for jobs ({found} of {needed}, offers included)',
      'has no room for jobs ({found} of {needed}, offers included)',
    ],
  },
  shift: {
    zh: ['{needed} 在班', '{needed} 不在班（班次 {found}）'],
    en: ['is on shift on {needed}', 'is off shift on {needed} (shift {found})'],
  },
  distance: {
    zh: ['距离 {found} 公里', '距离 {found} 公里，超出 {needed} 公里'],
    en: ['is {found} km away', 'is {found} km away, beyond {needed} km'],
  },
}

/** Why a fitting candidate comes after the chosen one: the first part of the score that differs. */
export const laterPhrases: Readonly<
  Record<GroupOrder | EngineerOrder | 'id', Readonly<Record<Lang, string>>>
> = {
  tier: { zh: '不是客户等级的专属组', en: 'not made for certain customer tiers' },
  channel: { zh: '不是渠道的专属组', en: 'not made for certain channels' },
  single_language: { zh: '不是只说该语言的组', en: 'not a group of that one language' },
  region: { zh: '负责的区域更宽', en: 'covers a wider region' },
  skill: { zh: '技能不限品类，不如专门的组', en: 'takes any product, less specific' },
  capacity: { zh: '余量较少（{mine} 对 {best}）', en: 'has less room ({mine} against {best})' },
  distance: { zh: '更远（{mine} 公里对 {best} 公里）', en: 'is farther ({mine} km against {best} km)' },
  near: { zh: '不在就近范围内', en: 'is not among the near ones' },
  load: {
    zh: '手上的单更多（含待接单，{mine} 对 {best}）',
    en: 'has more jobs ({mine} against {best}, offers included)',
  },
  id: { zh: '条件相同，按编号在后', en: 'is equal; the smaller id goes first' },
}

const zh = {
  via: {
    rule: '按规则“{rule}”派到“{group}”。',
    emergency: '紧急工单：派到应急组“{group}”，不看营业时间和余量。',
    order: '派到“{group}”：符合的组里最专门的一个。',
    default: '没有组符合，落到兜底组“{group}”。',
    none: '没有组符合，也没有兜底组。',
  },
  kept: {
    accepted: '没有改派：工程师已接单。以下是按现在的内容重新计算的建议。',
    person: '没有改派：去处由人工选择。以下是按现在的内容重新计算的建议。',
    started: '没有改派：工程师已开始处理。以下是按现在的内容重新计算的建议。',
  },
  overAccepted: '有人身危险：不再等已接单的工程师，重新派单。',
  dangerStays: '有人身危险，请主管马上确认由谁处理。',
  sent: '工程师：{engineer}。',
  noVisit: '这类诉求不派工程师上门。',
  dispatcher: {
    no_group: '需要调度员指定技能组。',
    no_engineer: '没有合格的工程师可派，请调度员处理。',
  },
  groups: '技能组：',
  engineers: '工程师：',
  later: '符合，但',
  unknownDistance: '距离无法判断（缺少现场或工程师的位置，上限 {needed} 公里）',
  distanceNotNeeded: '距离未知，但不构成限制',
  unknownCategory: '产品品类未知，而技能限定为：{found}',
  noEmergency: '紧急工单，但没有符合的应急组。',
  always: '全天',
  noShift: '未排班',
  any: '不限',
  none: '无',
  unknown: '未知',
  unlimited: '不限',
  comma: '、',
  semicolon: '；',
  colon: '：',
  to: '至',
  weekdays: ['周一', '周二', '周三', '周四', '周五', '周六', '周日'],
  values: {
    repair: '维修',
    installation: '安装',
    maintenance: '保养',
    complaint: '投诉',
    inquiry: '咨询',
    return_refund: '退换货',
    urgent_safety: '紧急安全',
    billing: '账单发票',
    feature_request: '功能建议',
    bug_report: '软件故障',
    zh: '中文',
    en: '英文',
    idle: '空闲',
    busy: '忙碌',
    leave: '请假',
    offline: '离线',
    vip: 'VIP',
    standard: '普通',
  },
}

const en = {
  via: {
    rule: 'Sent to "{group}" by the rule "{rule}".',
    emergency: 'Critical: sent to the emergency group "{group}", whatever its hours and room.',
    order: 'Sent to "{group}", the most specific group that fits.',
    default: 'No group fits; sent to the default group "{group}".',
    none: 'No group fits and there is no default group.',
  },
  kept: {
    accepted: 'Not moved: an engineer has accepted. Below is what would be chosen now.',
    person: 'Not moved: a person chose the place. Below is what would be chosen now.',
    started: 'Not moved: the engineer has begun to work. Below is what would be chosen now.',
  },
  overAccepted: 'People are in danger: routed again without waiting for the engineer who had accepted.',
  dangerStays: 'People are in danger; a supervisor must say at once who deals with it.',
  sent: 'Engineer: {engineer}.',
  noVisit: 'Nobody is sent on site for this kind of request.',
  dispatcher: {
    no_group: 'A dispatcher must choose a group.',
    no_engineer: 'Nobody qualified may be sent; a dispatcher must decide.',
  },
  groups: 'Groups:',
  engineers: 'Engineers:',
  later: 'fits, but ',
  unknownDistance:
    'distance unknown (the place of the site or of the engineer is missing; limit {needed} km)',
  distanceNotNeeded: 'distance unknown, which is no obstacle here',
  unknownCategory: 'the product category is unknown, and the skills are limited to: {found}',
  noEmergency: 'Critical, but no emergency group fits.',
  always: 'always',
  noShift: 'no shift',
  any: 'any',
  none: 'none',
  unknown: 'unknown',
  unlimited: 'unlimited',
  comma: ', ',
  semicolon: '; ',
  colon: ': ',
  to: '–',
  weekdays: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'],
  values: {
    zh: 'Chinese',
    en: 'English',
    return_refund: 'return or refund',
    urgent_safety: 'urgent safety',
    feature_request: 'feature request',
    bug_report: 'bug report',
    leave: 'on leave',
  },
}

type Words = Omit<typeof zh, 'values'> & { readonly values: Readonly<Record<string, string>> }

/** All other words, by language. */
export const words: Readonly<Record<Lang, Words>> = { zh, en }
