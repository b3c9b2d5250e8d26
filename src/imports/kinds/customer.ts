import { z } from 'zod'
import { customerListId } from '../../contract/message.ts'
import { optionalText, text } from '../../contract/text.ts'
import { derivedId } from '../../kernel/ids.ts'
import { type Reader, sql } from '../../store/index.ts'
import type { JsonRow } from '../batch.ts'
import { textColumn } from '../columns.ts'
import type { ImportKind, Values } from '../kind.ts'

const schema = z
  .object({
    name: text(80),
    phone: z.string().regex(/^\+?[\d\- ]{7,20}$/),
    email: z.email().max(254),
    company: optionalText(120),
    tier: optionalText(40),
    note: optionalText(1000),
  })
  .partial()

const phoneDigits = (phone: unknown) =>
  typeof phone === 'string' ? phone.replace(/\D/g, '').replace(/^86(?=1\d{10}$)/, '') : ''

/** A customer is known by the phone number, or else by the e-mail address. */
function keyOf({ phone, email }: Values): string | null {
  const digits = phoneDigits(phone)
  if (digits !== '') return `phone:${digits}`
  return typeof email === 'string' ? `email:${email.toLowerCase()}` : null
}

/**
 * Customers with company, tier and note. Each gets an identity in the company's own list with phone and e-mail as strong ids, so
 * that the person joins this entry when a channel vouches for the same number or address. Ids follow from the number or address:
 * joining and parting identities names contacts after them.
 */
export const customerKind: ImportKind = {
  kind: 'customers',
  zh: '客户',
  en: 'Customers',
  table: 'contact',
  event: 'contact.changed',
  columns: [
    textColumn('name', '姓名', 'Name', '裘文杰', { required: true, aliases: ['客户', '客户名称', '联系人'] }),
    textColumn('phone', '电话', 'Phone', '13605710001', {
      aliases: ['手机', '手机号'],
      hint: { zh: '7 到 20 位电话号码', en: 'a phone number of 7 to 20 digits' },
      read: (cell) => phoneDigits(cell) || cell,
    }),
    textColumn('email', '邮箱', 'E-mail', 'qiu@example.cn', {
      aliases: ['email'],
      hint: { zh: '邮箱地址', en: 'an e-mail address' },
      read: (cell) => cell.toLowerCase(),
    }),
    textColumn('company', '公司', 'Company', '昌地物业', { aliases: ['单位'] }),
    textColumn('tier', '等级', 'Tier', 'vip', { aliases: ['客户等级'] }),
    textColumn('note', '备注', 'Note', '门禁请联系保安'),
  ],
  schema,
  keyOf,
  existing: existingContacts,
  prepare: async () => (values, before) => {
    const key = keyOf(values)
    const issues =
      key === null ? [{ zh: '电话和邮箱至少填一项。', en: 'Give a phone number or an e-mail address.' }] : []
    const id = derivedId('contact', identityIdOf(key ?? ''))
    const empty = { id, phone: null, email: null, company: null, tier: null, note: null, version: 1 }
    return { row: before ? values : { ...empty, ...values }, beside: identityOf(values, key), issues }
  },
}

const identityIdOf = (key: string) => derivedId('identity', customerListId, key)

function identityOf(values: Values, key: string | null) {
  const { name, phone, email } = values
  const strongIds = { ...(phone ? { phone } : {}), ...(email ? { email } : {}) }
  return (contactId: string, isNew: boolean) =>
    isNew && key
      ? [
          {
            table: 'channel_identity' as const,
            row: {
              id: identityIdOf(key),
              accountId: customerListId,
              externalId: key,
              displayName: name ?? null,
              strongIds,
              contactId,
            },
            before: null,
          },
        ]
      : []
}

async function existingContacts(db: Reader, keys: readonly string[]): Promise<ReadonlyMap<string, JsonRow>> {
  const of = (kind: string) =>
    keys.flatMap((key) => (key.startsWith(`${kind}:`) ? [key.slice(kind.length + 1)] : []))
  const found = await sql<{ key: string; row: JsonRow }>`
    select distinct on (k.key) k.key, to_jsonb(c) as row
    from contact c cross join lateral (values
      ('phone:' || c."phone", c."phone" = any(${of('phone')}::text[])),
      ('email:' || lower(c."email"), lower(c."email") = any(${of('email')}::text[]))) as k(key, hit)
    where k.hit order by k.key, c."createdAt"`.execute(db)
  return new Map(found.rows.map(({ key, row }) => [key, row]))
}
