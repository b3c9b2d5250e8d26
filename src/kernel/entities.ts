/**
 * What the things of the hub are called. A refusal names a thing by its English name, which is the key here; a table's name
 * with spaces is the same name.
 */
const names = {
  article: '文章',
  calendar: '日历',
  call: '通话',
  'canned reply': '快捷回复',
  case: '用例',
  'channel account': '渠道账号',
  channel: '渠道',
  contact: '联系人',
  conversation: '会话',
  delivery: '推送记录',
  device: '设备',
  draft: '草稿',
  engineer: '工程师',
  field: '字段',
  file: '文件',
  filter: '筛选',
  identity: '身份',
  import: '导入记录',
  incident: '事件',
  link: '链接',
  login: '登录名',
  message: '消息',
  offer: '派单',
  'outgoing message': '待发消息',
  page: '页面',
  'product category': '产品品类',
  'product model': '产品型号',
  receipt: '回执',
  record: '记录',
  region: '区域',
  'routing decision': '派单记录',
  'routing rule': '派单规则',
  run: '评测',
  'sample workspace': '示例工作区',
  setting: '设置',
  site: '场所',
  'skill group': '技能组',
  staff: '员工',
  'staff identity': '员工绑定',
  submission: '提交',
  ticket: '工单',
  'ticket type': '工单类型',
  token: '令牌',
  translation: '译文',
  user: '用户',
  version: '版本',
  webhook: '事件推送',
} as const

/** A thing that a refusal may name. */
export type Entity = keyof typeof names

/** The things in Chinese. */
export const entities: Readonly<Record<Entity, string>> = names

/** What the hub calls its tables, where that is not what people say. */
const tables: Readonly<Record<string, Entity>> = { app_user: 'user', channel_account: 'channel account' }

/** The thing that a table keeps; a `record` when people know no name for it. */
export function entityOfTable(table: string): Entity {
  const name = table.replaceAll('_', ' ')
  return tables[table] ?? (Object.hasOwn(names, name) ? (name as Entity) : 'record')
}

/** A thing for people: its kind in their language and, where one is given, its own name. */
export function entityName(what: unknown, name: unknown, lang: 'zh' | 'en'): string {
  const kind =
    lang === 'zh' && Object.hasOwn(names, String(what)) ? names[what as Entity] : String(what ?? '')
  if (name === undefined || name === null || name === '') return kind
  return lang === 'zh' ? `${kind}“${String(name)}”` : `${kind} "${String(name)}"`
}
