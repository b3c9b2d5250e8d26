import { type RawBuilder, sql } from '../store/index.ts'
import type { JsonRow } from './batch.ts'

/** How an import finds, names and takes back the rows of a table. */
export interface TableRule {
  /** Name of a row in `import_row`. */
  readonly idOf: (row: JsonRow) => string
  /** The column by which people know a row. */
  readonly label: string | null
  /** The row's version tells whether somebody changed it since. */
  readonly versioned: boolean
  /** A new row's `createdAt` is the moment of the import, also when the import is done again. */
  readonly dated: boolean
  /** Columns elsewhere that name the row; a row in use stays. */
  readonly usedBy: readonly (readonly [table: string, column: string])[]
  /** Rows that name the row inside of a document, one `id` each: pages and timelines still show it by its name. */
  readonly namedBy?: RawBuilder<{ id: string }>
  /** What is set false for a row that is in use and must stay. */
  readonly switch?: 'active' | 'enabled'
  readonly zh: string
  readonly en: string
}

const byId = (row: JsonRow) => String(row.id)
const rule = (zh: string, en: string, label: string | null, more: Partial<TableRule> = {}): TableRule => ({
  idOf: byId,
  label,
  versioned: true,
  dated: false,
  usedBy: [],
  zh,
  en,
  ...more,
})

/** Whom and what the timelines of tickets name. */
const inTimelines = sql<{ id: string }>`select named."id" from ticket_event e, lateral (values
  (e."payload"->>'groupId'), (e."payload"->>'engineerId'), (e."payload"#>>'{to,groupId}'),
  (e."payload"#>>'{to,engineerId}'), (e."actor"->>'staffId')) as named("id")`
/** Whose codes customers have sent requests by; the pages of their progress look the row up. */
const byCodes = sql<{ id: string }>`select "claims"#>>'{link,id}' as "id" from envelope`

/** The tables that imports and the sample workspace write. */
export const tables = {
  calendar: rule('日历', 'calendar', 'name', { usedBy: [['ticket_type', 'calendarId']] }),
  region: rule('服务区域', 'service area', 'name'),
  skill_group: rule('技能组', 'skill group', 'name', {
    usedBy: [
      ['ticket', 'groupId'],
      ['routing_rule', 'groupId'],
    ],
    namedBy: inTimelines,
    switch: 'active',
  }),
  staff: rule('人员', 'staff', 'name', {
    usedBy: [
      ['ticket', 'assigneeId'],
      ['app_user', 'staffId'],
      ['offer', 'staffId'],
    ],
    namedBy: inTimelines,
    switch: 'active',
  }),
  staff_group: rule('组成员', 'group member', null, {
    idOf: (row) => `${row.staffId}/${row.groupId}`,
    versioned: false,
  }),
  routing_rule: rule('派单规则', 'routing rule', 'name', { switch: 'enabled' }),
  product_category: rule('品类', 'product category', 'name'),
  product_model: rule('型号', 'product model', 'model'),
  site: rule('站点', 'site', 'name', { usedBy: [['device', 'siteId']], namedBy: byCodes }),
  device: rule('设备', 'device', 'serialNumber', { usedBy: [['ticket', 'deviceId']], namedBy: byCodes }),
  ticket_type: rule('工单类型', 'ticket type', 'key', { usedBy: [['ticket', 'typeId']], switch: 'active' }),
  article: rule('知识文章', 'article', 'title'),
  channel_account: rule('渠道账号', 'channel account', 'name', {
    usedBy: [['envelope', 'accountId']],
    switch: 'enabled',
  }),
  contact: rule('客户', 'customer', 'name', {
    dated: true,
    usedBy: [
      ['ticket', 'contactId'],
      ['channel_identity', 'contactId'],
    ],
  }),
  channel_identity: rule('客户身份', 'customer identity', 'displayName', {
    versioned: false,
    dated: true,
    usedBy: [
      ['conversation', 'identityId'],
      ['identity_link', 'aId'],
      ['identity_link', 'bId'],
    ],
  }),
} as const satisfies Record<string, TableRule>

export type BatchTable = keyof typeof tables
