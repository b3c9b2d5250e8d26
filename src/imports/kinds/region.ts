import { z } from 'zod'
import { findRegions, regionMembers } from '../../directory/index.ts'
import { listColumn, readList, textColumn } from '../columns.ts'
import type { ImportKind } from '../kind.ts'
import { rowsByKey } from '../rows.ts'

/** Named service areas. */
export const regionKind: ImportKind = {
  kind: 'regions',
  zh: '服务区域',
  en: 'Service areas',
  table: 'region',
  event: 'directory.changed',
  columns: [
    textColumn('name', '名称', 'Name', '杭州主城', { required: true, aliases: ['区域'] }),
    listColumn('adcodes', '地区', 'Regions', '上城区、330106', {
      required: true,
      aliases: ['行政区', 'adcodes'],
      hint: {
        zh: '省、市、区县的名称或六位代码；重名的区县请写代码',
        en: 'names or six-digit codes of provinces, cities, districts; codes where a name is not unique',
      },
      read: readDivisions,
    }),
  ],
  schema: z.object(regionMembers).partial(),
  keyOf: ({ name }) => (typeof name === 'string' ? name : null),
  existing: (db, keys) => rowsByKey(db, 'region', 'name', keys),
  prepare: async () => (values, before) => ({ row: before ? values : { version: 1, ...values }, issues: [] }),
}

/** Codes of divisions; undefined when a word names none or several. */
function readDivisions(text: string): string[] | undefined {
  const found = readList(text).map((word) => findRegions(word))
  if (found.some((regions) => regions.length !== 1)) return undefined
  return [...new Set(found.map((regions) => regions[0]!.code))]
}
