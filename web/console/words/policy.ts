import type { Words } from '../../ui/language.ts'

/** Sections of the routing policy. */
export const policyWords = {
  title: ['派单策略', 'Routing policy'],
  groups: ['选择技能组', 'Choosing the group'],
  emergency: ['应急通道', 'Emergencies'],
  engineers: ['选择工程师', 'Choosing the engineer'],
  general: ['通用', 'General'],
} as const satisfies Words

/** What a group is checked for. */
export const groupCheckWords = {
  intent: ['诉求', 'Intent'],
  skill: ['产品类别', 'Product category'],
  region: ['服务区域', 'Region'],
  language: ['语言', 'Language'],
  tier: ['客户等级', 'Customer tier'],
  channel: ['渠道', 'Channel'],
  hours: ['营业时间', 'Opening hours'],
  capacity: ['还有余量', 'Room left'],
} as const satisfies Words

/** What fitting groups are ordered by. */
export const groupOrderWords = {
  tier: ['专管客户等级的组', 'Made for certain customer tiers'],
  channel: ['专管渠道的组', 'Made for certain channels'],
  single_language: ['只做该外语的组', 'Made for that foreign language'],
  region: ['服务区域最小的组', 'The smallest region'],
  skill: ['专管产品类别的组', 'Names the product category'],
  capacity: ['余量最多的组', 'The most room left'],
} as const satisfies Words

/** What an engineer is checked for. */
export const engineerCheckWords = {
  group: ['属于技能组', 'Belongs to the group'],
  skill: ['产品类别', 'Product category'],
  certificate: ['证件', 'Certificates'],
  status: ['状态', 'Status'],
  load: ['未到同时上限', 'Below the most at once'],
  shift: ['班次', 'Shift'],
  distance: ['最远距离', 'Farthest distance'],
  language: ['语言', 'Language'],
} as const satisfies Words

/** What fitting engineers are ordered by. */
export const engineerOrderWords = {
  distance: ['距离最近', 'The nearest'],
  near: ['在“差不多近”之内', 'Within what counts as near'],
  load: ['未完成工单最少', 'The fewest open jobs'],
} as const satisfies Words

/** The moment for which opening hours count. */
export const momentWords = {
  now: ['派单时', 'When it is routed'],
  created: ['工单建立时', 'When the ticket was made'],
} as const satisfies Words

/** The moment that a shift must cover. */
export const shiftMomentWords = {
  appointment: ['预约时间', 'The appointment'],
  moment: ['与营业时间相同', 'The same as for opening hours'],
} as const satisfies Words

/** What happens when a distance cannot be known. */
export const unknownDistanceWords = {
  allow: ['仍可派给', 'May be sent all the same'],
  exclude: ['不派给', 'Is not sent'],
} as const satisfies Words
