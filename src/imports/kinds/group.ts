import { z } from 'zod'
import { groupMembers } from '../../directory/index.ts'
import { flagColumn, hoursColumn, listColumn, numberColumn, textColumn } from '../columns.ts'
import type { ImportKind } from '../kind.ts'
import { rowsByKey } from '../rows.ts'

const defaults = {
  emergency: false,
  isDefault: false,
  intents: ['*'],
  skills: ['*'],
  regions: ['CN'],
  languages: ['zh'],
  tiers: [],
  channels: [],
  hours: '24x7',
  capacity: null,
  active: true,
  version: 1,
}

/** Skill groups. */
export const groupKind: ImportKind = {
  kind: 'groups',
  zh: '技能组',
  en: 'Skill groups',
  table: 'skill_group',
  event: 'directory.changed',
  columns: [
    textColumn('name', '名称', 'Name', '家电杭州组', { required: true, aliases: ['技能组', '组名'] }),
    listColumn('intents', '意图', 'Intents', 'repair、installation', {
      hint: { zh: 'repair、installation 等意图，或 *', en: 'intents such as repair, or *' },
    }),
    listColumn('skills', '技能', 'Skills', '空调、冰箱', { aliases: ['品类'] }),
    listColumn('regions', '地区', 'Regions', '杭州市', {
      hint: {
        zh: '省、市、区县的名称或代码，或 CN',
        en: 'names or codes of provinces, cities, districts, or CN',
      },
    }),
    listColumn('languages', '语言', 'Languages', 'zh'),
    listColumn('tiers', '客户等级', 'Tiers', ''),
    listColumn('channels', '渠道', 'Channels', ''),
    hoursColumn('hours', '营业时间', 'Hours', '1-7 08:00-20:00'),
    numberColumn('capacity', '容量', 'Capacity', '200'),
    flagColumn('emergency', '应急', 'Emergency', '否'),
  ],
  schema: z.object(groupMembers).omit({ isDefault: true }).partial(),
  keyOf: ({ name }) => (typeof name === 'string' ? name : null),
  existing: (db, keys) => rowsByKey(db, 'skill_group', 'name', keys),
  prepare: async () => (values, before) => ({
    row: before ? values : { ...defaults, ...values },
    issues: [],
  }),
}
