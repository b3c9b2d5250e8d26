import { z } from 'zod'
import { addressSchema, deviceMembers } from '../../catalogue/index.ts'
import { phoneHint } from '../../contract/phone.ts'
import { dateColumn, numberColumn, textColumn } from '../columns.ts'
import type { ImportKind } from '../kind.ts'
import { rowsByKey } from '../rows.ts'

const defaults = {
  model: null,
  category: null,
  customerName: null,
  phone: null,
  address: null,
  lat: null,
  lng: null,
  siteId: null,
  installedAt: null,
  warrantyUntil: null,
  linkVersion: 1,
  version: 1,
}
const { address: _, siteId: __, ...plain } = deviceMembers
const part = z.string().max(300)

/** Machines at customers. */
export const deviceKind: ImportKind = {
  kind: 'devices',
  zh: '设备',
  en: 'Devices',
  table: 'device',
  event: 'catalogue.changed',
  columns: [
    textColumn('serialNumber', '序列号', 'Serial number', 'AC26050012', {
      required: true,
      aliases: ['SN', '机身号', '设备编号'],
      hint: { zh: '不超过 64 个字符', en: 'at most 64 characters' },
    }),
    textColumn('model', '型号', 'Model', 'KFR-35GW/B1'),
    textColumn('category', '品类', 'Category', '空调'),
    textColumn('customerName', '客户', 'Customer', '裘文杰', { aliases: ['客户名称', '联系人'] }),
    textColumn('phone', '电话', 'Phone', '13605710001', {
      aliases: ['手机', '联系电话'],
      hint: phoneHint,
    }),
    textColumn('province', '省', 'Province', '浙江省', { aliases: ['省份'] }),
    textColumn('city', '市', 'City', '杭州市', { aliases: ['城市'] }),
    textColumn('district', '区县', 'District', '西湖区', { aliases: ['区'] }),
    textColumn('detail', '详细地址', 'Address', '文三路259号1号楼', { aliases: ['地址'] }),
    numberColumn('lat', '纬度', 'Latitude', '30.2741'),
    numberColumn('lng', '经度', 'Longitude', '120.1551'),
    textColumn('site', '站点', 'Site', '', { aliases: ['门店'] }),
    dateColumn('installedAt', '安装日期', 'Installed', '2026-05-01'),
    dateColumn('warrantyUntil', '保修到期', 'Warranty until', '2029-04-30'),
  ],
  schema: z
    .object({ ...plain, province: part, city: part, district: part, detail: part, site: part })
    .partial(),
  keyOf: ({ serialNumber }) => (typeof serialNumber === 'string' ? serialNumber : null),
  existing: (db, keys) => rowsByKey(db, 'device', 'serialNumber', keys),
  async prepare(db) {
    const [sites, models] = await Promise.all([
      db.selectFrom('site').select(['id', 'name']).execute(),
      db.selectFrom('product_model').select(['model', 'category']).execute(),
    ])
    const siteOf = new Map(sites.map((site) => [site.name, site.id]))
    const categoryOf = new Map(models.map((model) => [model.model, model.category]))
    return ({ site, province, city, district, detail, ...values }, before) => {
      const known = categoryOf.get(String(values.model))
      const given = Object.entries({ province, city, district, detail }).filter(([, v]) => v !== undefined)
      const row = {
        ...(before ? {} : defaults),
        ...(known && !values.category ? { category: known } : {}),
        ...values,
        ...(given.length > 0 ? { address: addressOf(before, Object.fromEntries(given)) } : {}),
        ...(site ? { siteId: siteOf.get(String(site)) ?? null } : {}),
      }
      const issues =
        site && !siteOf.has(String(site))
          ? [{ zh: `没有名为“${site}”的站点。`, en: `There is no site "${site}".` }]
          : []
      return { row, issues }
    }
  },
}

/** The address with the given parts; the code is found anew when a division changed. */
function addressOf(before: Readonly<Record<string, unknown>> | null, given: Record<string, unknown>) {
  const { adcode, ...old } = (before?.address ?? {}) as Record<string, unknown>
  const moved = ['province', 'city', 'district'].some((name) => name in given && given[name] !== old[name])
  return addressSchema.parse({ ...old, ...(moved || !adcode ? {} : { adcode }), ...given })
}
