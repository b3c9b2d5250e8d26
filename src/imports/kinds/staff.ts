import { z } from 'zod'
import { staffMembers } from '../../directory/index.ts'
import { hoursColumn, listColumn, numberColumn, textColumn } from '../columns.ts'
import type { ImportKind } from '../kind.ts'
import { rowsByKey } from '../rows.ts'

const defaults = {
  phone: null,
  email: null,
  languages: ['zh'],
  skills: [],
  certs: [],
  status: 'idle',
  maxLoad: 8,
  shift: null,
  lat: null,
  lng: null,
  maxKm: null,
  duties: ['engineer'],
  active: true,
  version: 1,
}

const digits = { zh: '电话号码', en: 'a phone number' }

/** People who can be given work. */
export const staffKind: ImportKind = {
  kind: 'staff',
  zh: '人员',
  en: 'Staff',
  table: 'staff',
  event: 'directory.changed',
  columns: [
    textColumn('number', '工号', 'Number', 'HZ-021', { required: true, aliases: ['编号', 'id'] }),
    textColumn('name', '姓名', 'Name', '王建国', { required: true }),
    textColumn('phone', '手机', 'Phone', '13605710021', {
      hint: digits,
      aliases: ['电话', '手机号', 'mobile'],
    }),
    textColumn('email', '邮箱', 'E-mail', 'wang@example.cn', {
      hint: { zh: '邮箱地址', en: 'an e-mail address' },
      aliases: ['email'],
    }),
    listColumn('groups', '技能组', 'Groups', '家电杭州组'),
    listColumn('skills', '技能', 'Skills', '空调、冰箱', { aliases: ['品类'] }),
    listColumn('certs', '证书', 'Certificates', '制冷'),
    listColumn('languages', '语言', 'Languages', 'zh'),
    listColumn('duties', '职责', 'Duties', 'engineer'),
    hoursColumn('shift', '班次', 'Shift', '1-6 08:00-18:00'),
    numberColumn('maxLoad', '最大工单数', 'Most tickets', '8'),
    numberColumn('lat', '纬度', 'Latitude', '30.2741'),
    numberColumn('lng', '经度', 'Longitude', '120.1551'),
    numberColumn('maxKm', '最远公里', 'Farthest km', '40'),
  ],
  schema: z
    .object({ ...staffMembers, groups: z.array(z.string()) })
    .omit({ groupIds: true, status: true })
    .partial(),
  keyOf: ({ number }) => (typeof number === 'string' ? number : null),
  existing: (db, keys) => rowsByKey(db, 'staff', 'number', keys),
  async prepare(db) {
    const groups = await db
      .selectFrom('skill_group')
      .select(['id', 'name'])
      .where('active', '=', true)
      .execute()
    const idOf = new Map(groups.map((group) => [group.name, group.id]))
    const memberships = await db.selectFrom('staff_group').select(['staffId', 'groupId']).execute()
    const members = new Set(memberships.map((m) => `${m.staffId}/${m.groupId}`))
    return ({ groups: named = [], ...values }, before) => {
      const unknown = (named as string[]).filter((name) => !idOf.has(name))
      const groupIds = (named as string[]).flatMap((name) => idOf.get(name) ?? [])
      return {
        row: before ? values : { ...defaults, ...values },
        beside: (id) =>
          groupIds
            .filter((groupId) => !members.has(`${id}/${groupId}`))
            .map((groupId) => ({ table: 'staff_group', row: { staffId: id, groupId }, before: null })),
        issues: unknown.map((name) => ({
          zh: `没有名为“${name}”的技能组，请先建立或导入它。`,
          en: `There is no skill group "${name}". Create or import it first.`,
        })),
      }
    }
  },
}
