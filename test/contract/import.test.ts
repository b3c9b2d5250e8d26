import iconv from 'iconv-lite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { json, sql } from '../../src/store/index.ts'
import { type TestHub, testHub } from '../hub.ts'
import { workbook, workbookBomb } from '../xlsx.ts'

type Counts = { new: number; changed: number; same: number; error: number }
interface Preview {
  counts: Counts
  ignored: string[]
  rows: { line: number; state: string; changes: string[]; issues: { column: string; zh: string }[] }[]
}

let test: TestHub
beforeAll(async () => {
  test = await testHub()
})
afterAll(() => test.close())

async function upload(content: string | Buffer): Promise<string> {
  const stored = await test.hub.media.put(Buffer.from(content), { declaredType: 'text/csv' })
  if (!stored.ok) throw new Error(stored.refusal.code)
  return stored.value.hash
}

const preview = async (kind: string, content: string | Buffer) =>
  (await test.ask('import.preview', { kind, hash: await upload(content) })) as unknown as Preview
const apply = async (kind: string, content: string | Buffer, more: object = {}) =>
  (await test.run('import.apply', {
    kind,
    hash: await upload(content),
    fileName: `${kind}.csv`,
    ...more,
  })) as {
    batchId: string
    counts: Counts
  }
const undo = (batchId: string) => test.run('import.undo', { batchId })
const db = () => test.fresh.database.db

describe('an import of staff', () => {
  const groups = '名称*,技能,地区,营业时间,容量\n家电杭州组,空调、冰箱,杭州市,1-7 08:00-20:00,120\n'
  const staff =
    '工号,姓名,手机,技能组,技能,班次,纬度,经度,备注\nHZ-001,王建国,13600000001,家电杭州组,空调,1-6 08:00-18:00,30.27,120.15,x\nHZ-002,李志强,,家电杭州组,冰箱,,,,\n'

  it('shows what it would do before it does anything, also from a GBK file', async () => {
    await apply('groups', groups)
    const shown = await preview('staff', iconv.encode(staff, 'gbk'))
    expect(shown.counts).toEqual({ new: 2, changed: 0, same: 0, error: 0 })
    expect(shown.ignored).toEqual(['备注'])
    expect(await db().selectFrom('staff').selectAll().execute()).toHaveLength(0)
  })

  it('writes people with their groups in one go, and finds nothing to do the second time', async () => {
    const done = await apply('staff', staff)
    expect(done.counts.new).toBe(2)
    const listed = (await test.ask('staff.list', {})) as {
      staff: { number: string; groupIds: string[]; shift: unknown; maxLoad: number }[]
    }
    expect(listed.staff).toMatchObject([
      { number: 'HZ-001', maxLoad: 8, shift: { spans: [{ open: '08:00' }] } },
      { number: 'HZ-002', shift: null },
    ])
    expect(listed.staff.every((person) => person.groupIds.length === 1)).toBe(true)
    expect((await preview('staff', staff)).counts).toEqual({ new: 0, changed: 0, same: 2, error: 0 })
  })

  it('says of each wrong row in which column and why, and imports nothing unless told to leave them out', async () => {
    const wrong =
      '工号,姓名,邮箱,技能组,纬度\nHZ-003,张三,不是邮箱,家电杭州组,\n,无名,,,\nHZ-004,钱七,,没有的组,30\nHZ-004,重复,,,\nHZ-005,孙八,,,北\n'
    const { rows, counts } = await preview('staff', wrong)
    expect(counts.error).toBe(5)
    expect(rows.map((row) => [row.line, row.issues[0]?.column])).toEqual([
      [2, '邮箱'],
      [3, '工号'],
      [4, ''],
      [5, ''],
      [6, '纬度'],
    ])
    expect(rows[0]!.issues[0]!.zh).toBe('“邮箱”不能是“不是邮箱”，应为邮箱地址。')
    await expect(apply('staff', `${wrong}HZ-006,好人,,,\n`)).rejects.toThrow('import.rows_wrong')
    const done = await apply('staff', `${wrong}HZ-006,好人,,,\n`, { skipErrors: true })
    expect(done.counts).toEqual({ new: 1, changed: 0, same: 0, error: 5 })
    const file = await test.ask('import.errors', { kind: 'staff', hash: await upload(wrong) })
    const lines = String(file.content).replace('\uFEFF', '').trim().split('\r\n')
    expect(lines).toHaveLength(6)
    expect(lines[0]).toBe('工号,姓名,邮箱,技能组,纬度,错误 Errors')
  })

  it('takes itself back, restores what it changed, and keeps and names what somebody changed since', async () => {
    const before = await db()
      .selectFrom('staff')
      .selectAll()
      .where('number', '=', 'HZ-001')
      .executeTakeFirstOrThrow()
    const done = await apply(
      'staff',
      '工号,姓名,技能\nHZ-001,王建国,空调、洗衣机\nHZ-101,新人甲,空调\nHZ-102,新人乙,空调\n',
    )
    expect(done.counts).toEqual({ new: 2, changed: 1, same: 0, error: 0 })
    const changed = await db()
      .selectFrom('staff')
      .selectAll()
      .where('number', '=', 'HZ-102')
      .executeTakeFirstOrThrow()
    await test.run('staff.update', { id: changed.id, version: changed.version, maxLoad: 3 })
    expect(await undo(done.batchId)).toMatchObject({
      removed: 1,
      restored: 1,
      kept: [{ table: 'staff', label: '新人乙', reason: 'changed' }],
    })
    const after = await db()
      .selectFrom('staff')
      .selectAll()
      .where('number', '=', 'HZ-001')
      .executeTakeFirstOrThrow()
    expect({ ...after, version: 0 }).toEqual({ ...before, version: 0 })
    expect(await db().selectFrom('staff').select('number').where('number', '=', 'HZ-101').execute()).toEqual(
      [],
    )
    await expect(undo(done.batchId)).rejects.toThrow('import.undone')
  })
})

describe('other imports', () => {
  it('refuse the phone and serial numbers that the form of a device refuses, and say what they may be', async () => {
    const { rows } = await preview(
      'devices',
      `序列号,电话\nPH-1,12345\n${'9'.repeat(65)},13605710001\nPH-2, 0571-88886666 \n`,
    )
    expect(rows.map(({ state, issues }) => [state, issues.map(({ zh }) => zh)])).toEqual([
      ['error', ['“电话”不能是“12345”，应为手机号、带区号的座机、400 电话，或以 + 开头的国际号码。']],
      ['error', [`“序列号”不能是“${'9'.repeat(40)}”，应为不超过 64 个字符。`]],
      ['new', []],
    ])
    const given = { serialNumber: 'PH-1', phone: '12345' }
    await expect(test.run('device.create', given)).rejects.toThrow()
  })

  it('read devices from a workbook, complete model and address, and find what is the same', async () => {
    await test.run('category.create', { name: '空调' })
    await test.run('model.create', { model: 'YK-35', category: '空调' })
    const table = [
      ['序列号', '型号', '省', '市', '区县', '详细地址', '保修到期'],
      ['AC-1', 'YK-35', '浙江省', '杭州市', '西湖区', '文三路259号', '2029/4/30'],
    ]
    await apply('devices', workbook(table))
    const device = await test.ask('device.get', { serialNumber: 'AC-1' })
    expect(device).toMatchObject({
      category: '空调',
      warrantyUntil: '2029-04-30',
      address: { district: '西湖区', adcode: '330106' },
    })
    expect((await preview('devices', workbook(table))).counts.same).toBe(1)
    const moved = await preview('devices', workbook([table[0]!, ['AC-1', '', '', '', '拱墅区', '', '']]))
    expect(moved.rows[0]).toMatchObject({ state: 'changed', changes: ['address'] })
  })

  it('read service areas by name or code, and refuse a name that several districts have', async () => {
    const shown = await preview('regions', '名称,地区\n主城,西湖区、330102\n城南,上城区\n')
    expect(shown.rows.map((row) => row.state).sort()).toEqual(['error', 'new'])
  })

  it('give a customer an identity whose number joins the person on another channel', async () => {
    const done = await apply('customers', '姓名,电话,等级\n裘文杰,136 0571 2844,vip\n无名,,\n', {
      skipErrors: true,
    })
    expect(done.counts).toEqual({ new: 1, changed: 0, same: 0, error: 1 })
    const contact = await db().selectFrom('contact').selectAll().executeTakeFirstOrThrow()
    expect(contact).toMatchObject({ name: '裘文杰', phone: '13605712844', tier: 'vip' })
    const identity = await db().selectFrom('channel_identity').selectAll().executeTakeFirstOrThrow()
    expect(identity).toMatchObject({ contactId: contact.id, strongIds: { phone: '13605712844' } })
    expect(await undo(done.batchId)).toMatchObject({ removed: 2, kept: [] })
  })

  it('refuse a workbook that unpacks to more than the hub would hold', async () => {
    const size = 200 * 1024 * 1024
    for (const honest of [true, false]) {
      await expect(preview('staff', workbookBomb(size, honest))).rejects.toThrow('import.invalid')
    }
  }, 60_000)

  it('refuse a file without the columns that name its rows', async () => {
    await expect(preview('staff', 'a,b\n1,2\n')).rejects.toThrow('import.invalid')
  })

  it('offer a template of each list that can be imported as it is', async () => {
    for (const kind of ['staff', 'groups', 'regions', 'devices', 'customers']) {
      const file = await test.ask('import.template', { kind })
      const { counts, rows } = await preview(kind, String(file.content))
      expect(counts.new + counts.same + counts.changed, `${kind} ${JSON.stringify(rows)}`).toBe(1)
    }
  })

  it('refuse whoever is not an administrator', async () => {
    const command = test.hub.commands.find((c) => c.name === 'import.undo')!
    const agent = { kind: 'user' as const, id: 'u', name: 'u', roles: ['agent' as const], staffId: null }
    const done = await test.hub.executor.execute(command, agent, { batchId: agent.id })
    expect(done).toMatchObject({ ok: false, refusal: { code: 'access.forbidden' } })
  })
})

describe('the sample workspace', () => {
  let own: TestHub
  beforeAll(async () => {
    own = await testHub()
  })
  afterAll(() => own.close())

  it('can print stickers at once, and is all there', async () => {
    const loaded = await own.run('sample.load', {})
    expect(loaded.skipped).toEqual([])
    await own.hub.registry.refresh()
    const { devices } = (await own.ask('device.list', { q: '裘文杰' })) as { devices: { id: string }[] }
    expect(devices).toMatchObject([{ address: { adcode: '330106' } }, {}])
    const label = await own.ask('catalogue.label', { kind: 'device', id: devices[0]!.id })
    expect(label.accountName).toBe('扫码报修')
    expect((await own.ask('sample.status', {})).counts).toMatchObject({ device: 40 })
  })

  it('leaves nothing behind but what somebody changed, and says so', async () => {
    const { groups } = (await own.ask('group.list', {})) as {
      groups: { id: string; name: string; version: number }[]
    }
    const lift = groups.find((group) => group.name === '电梯组')!
    await own.run('group.update', { id: lift.id, version: lift.version, capacity: 99 })
    const gone = await own.run('sample.remove', {})
    expect(gone.kept).toEqual([
      { table: 'skill_group', rowId: lift.id, label: '电梯组', reason: 'changed', switchedOff: false },
    ])
    for (const table of [
      'staff',
      'device',
      'site',
      'ticket_type',
      'channel_account',
      'routing_rule',
    ] as const) {
      expect(await own.fresh.database.db.selectFrom(table).select('id').execute(), table).toEqual([])
    }
    expect((await own.ask('sample.status', {})).loaded).toBe(false)
  })

  it('can be loaded again, around what was kept', async () => {
    const again = await own.run('sample.load', {})
    expect(again.skipped).toEqual([{ table: 'skill_group', name: '电梯组' }])
  })

  it('keeps what tickets refer to, switched off, so that no ticket points at nothing', async () => {
    const { devices } = (await own.ask('device.list', { q: 'YT26000001' })) as { devices: { id: string }[] }
    const { types } = (await own.ask('ticketType.list', {})) as { types: { id: string; key: string }[] }
    const made = await own.run('ticket.create', {
      fields: { phone: '19900001300', fault_description: '空调不制冷', intent: 'repair' },
      typeId: types.find((type) => type.key === 'field-service')!.id,
    })
    await own.fresh.database.db
      .updateTable('ticket')
      .set({ deviceId: devices[0]!.id })
      .where('id', '=', String(made.ticketId ?? made.id))
      .execute()
    const gone = (await own.run('sample.remove', {})) as { kept: { table: string; reason: string }[] }
    expect(gone.kept).toContainEqual(
      expect.objectContaining({ table: 'device', label: 'YT26000001', reason: 'in_use' }),
    )
    expect(gone.kept).toContainEqual(
      expect.objectContaining({ table: 'ticket_type', label: 'field-service', switchedOff: true }),
    )
    const { types: left } = (await own.ask('ticketType.list', {})) as { types: { key: string }[] }
    expect(left.map((type) => type.key)).not.toContain('field-service')
  })
})

describe('a sample workspace that was worked with', () => {
  let own: TestHub
  let ticketId: string
  let engineer: { id: string; name: string }
  beforeAll(async () => {
    own = await testHub()
    await own.run('sample.load', {})
  })
  afterAll(() => own.close())

  const countRows = async () => {
    const { rows } = await sql<Record<string, number>>`select
      (select count(*)::int from skill_group where active) as groups, (select count(*)::int from staff where active) as staff,
      (select count(*)::int from staff_group) as members, (select count(*)::int from device) as devices,
      (select count(*)::int from channel_account where enabled) as accounts,
      (select count(*)::int from channel_account) as "allAccounts"`.execute(own.fresh.database.db)
    return rows[0]
  }

  it('makes only what is missing when it is loaded again', async () => {
    const before = await countRows()
    const { devices } = (await own.ask('device.list', { q: 'YT26000040' })) as {
      devices: { id: string; version: number }[]
    }
    await own.run('device.remove', { id: devices[0]!.id, version: devices[0]!.version })
    const again = (await own.run('sample.load', {})) as { counts: Record<string, number> }
    expect(again.counts).toMatchObject({ device: 1, article: 0 })
    expect(await countRows()).toEqual(before)
    expect((await own.run('sample.load', {})).counts).toEqual({ article: 0 })
  })

  it('says in numbers what goes and what stays before anything goes', async () => {
    const { staff } = (await own.ask('staff.list', {})) as {
      staff: { id: string; name: string; groupIds: string[] }[]
    }
    engineer = staff.find(({ name }) => name === '王建国')!
    const groupId = (engineer as (typeof staff)[number]).groupIds[0]!
    const made = await own.run('ticket.create', {
      fields: { phone: '19900001301', fault_description: '空调不制冷', intent: 'repair' },
    })
    ticketId = String(made.ticketId)
    await own.run('ticket.assign', { ticketId, engineerId: engineer.id, groupId })
    // Somebody scanned the code of a device and followed the request: the page of its progress looks the device up.
    const account = await own.fresh.database.db
      .selectFrom('channel_account')
      .select('id')
      .where('kind', '=', 'qr')
      .executeTakeFirstOrThrow()
    const { devices } = (await own.ask('device.list', { q: 'YT26000002' })) as { devices: { id: string }[] }
    await sql`insert into envelope ("id", "accountId", "kind", "dedupeKey", "senderKey", "method", "path", "headers",
        "claims", "bodyHash", "receivedAt")
      values (gen_random_uuid(), ${account.id}, 'message', 'd', 's', 'POST', '/', '{}',
        ${json({ link: { kind: 'device', id: devices[0]!.id } })}, '', now())`.execute(own.fresh.database.db)
    const before = await countRows()
    const removal = (await own.ask('sample.removal', {})) as Record<string, Record<string, number>>
    expect(removal).toMatchObject({
      goes: { staff: 32, device: 39 },
      stays: { staff: 1, device: 1 },
      returned: 1,
    })
    expect(await countRows()).toEqual(before)
  })

  it('sends the ticket of an engineer who goes back to be dispatched, with the reason, and keeps the names in its timeline', async () => {
    const before = await countRows()
    const gone = await own.run('sample.remove', {})
    expect(gone.returned).toBe(1)
    const ticket = (await own.ask('ticket.get', { ticketId })) as {
      status: string
      assignee: string | null
      timeline: { type: string; payload: Record<string, unknown> }[]
    }
    expect(ticket).toMatchObject({ status: 'open', assignee: null })
    expect(ticket.timeline.at(-1)).toMatchObject({
      type: 'transition',
      payload: { command: 'transfer', reason: 'engineer_removed' },
    })
    const { staff } = (await own.ask('staff.list', { includeInactive: true })) as {
      staff: { id: string; name: string; active: boolean }[]
    }
    expect(staff.map(({ id, active }) => [id, active])).toEqual([[engineer.id, false]])
    await own.run('sample.load', {})
    expect(await countRows()).toEqual(before)
  })

  it('removes and restores a second time what was restored', async () => {
    const before = await countRows()
    await own.run('sample.remove', {})
    const { staff } = (await own.ask('staff.list', {})) as { staff: unknown[] }
    expect(staff).toEqual([])
    await own.run('sample.load', {})
    expect(await countRows()).toEqual(before)
  })
})
