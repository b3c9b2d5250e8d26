import { randomBytes } from 'node:crypto'
import { type CourierOptions, deliver } from '../../_kit/emulator/courier.ts'
import { startErrcodeServer } from '../../_kit/emulator/errcode-server.ts'
import { addressCheck, announcement, sealed } from './callbacks.ts'
import type { Row } from './queue.ts'
import { type KfAccount, KfVendor, newKfAccount } from './vendor.ts'

export { newKfAccount }

export interface KfEmulatorOptions extends CourierOptions {
  /** The vendor's time; the machine's when absent. */
  readonly now?: () => number
  /** Settings that must hold; made up when absent. */
  readonly account?: KfAccount
  /** Rows of one page of `sync_msg`. */
  readonly pageSize?: number
}

/** WeCom's side of customer service, on loopback, with random secrets: announcements, `sync_msg`, sessions, messages and media. */
export async function startKfEmulator(options: KfEmulatorOptions = {}) {
  const now = options.now ?? (() => Date.now())
  const account = options.account ?? newKfAccount()
  const { keys, corpId, openKfId } = account
  const vendor = new KfVendor(account, now, options.pageSize ?? 1000)
  const server = await startErrcodeServer({ open: ['/cgi-bin/gettoken'], routes: vendor.routes })
  vendor.server = server
  let lost = 0

  /** Announces that something waits; resolves to the number of tries, 0 when the announcement got lost. */
  async function announce(): Promise<number> {
    if (lost > 0) {
      lost--
      return 0
    }
    const xml = announcement(corpId, openKfId, vendor.queue.token(), now())
    const isTaken = ({ body }: { readonly body: string }) => body === '' || body === 'success'
    return await deliver(options, () => sealed(xml, now(), keys), isTaken)
  }
  const put = async (row: Row): Promise<string> => {
    vendor.queue.add(row)
    await announce()
    return row.msgid
  }
  return {
    url: server.url,
    server,
    account,
    sessions: vendor.sessions,
    links: vendor.links,
    queue: vendor.queue,
    announce,
    newCustomer: () => `wm${randomBytes(14).toString('hex')}`,
    ...customers(vendor, openKfId, put, now),
    ...servicers(vendor, openKfId, put, now),
    /** Puts a row in as it is, without announcing it. */
    add: (row: Row) => vendor.queue.add(row),
    /** The next announcements never arrive. */
    loseCallbacks(n: number) {
      lost = n
    },
    screen: (user: string) => vendor.sessions.of(user).screen,
    addressCheck: () => addressCheck(now(), keys),
    close: () => server.close(),
  }
}

type Put = (row: Row) => Promise<string>

function rowOf(origin: number, msgtype: string, nowMs: number, fields: object): Row {
  const msgid = `m${randomBytes(12).toString('base64url')}`
  return { msgid, send_time: Math.floor(nowMs / 1000), origin, msgtype, ...fields }
}

/** What customers do in WeChat; each resolves to the id of its row. */
function customers({ sessions, server }: KfVendor, openKfId: string, put: Put, now: () => number) {
  const message = (user: string, msgtype: string, content: object) => {
    sessions.wrote(user, now())
    const fields = { open_kfid: openKfId, external_userid: user, [msgtype]: content }
    return put(rowOf(3, msgtype, now(), fields))
  }
  const file = (content: Buffer, contentType: string, name: string) => ({
    media_id: server.putMedia(content, contentType, name),
  })
  return {
    say: (user: string, text: string) => message(user, 'text', { content: text }),
    sendImage: (user: string, content: Buffer) =>
      message(user, 'image', file(content, 'image/jpeg', 'image.jpg')),
    sendVoice: (user: string, amr: Buffer) => message(user, 'voice', file(amr, 'audio/amr', 'voice.amr')),
    sendFile: (user: string, content: Buffer, name: string) =>
      message(user, 'file', file(content, 'application/octet-stream', name)),
    sendLocation: (user: string, latitude: number, longitude: number, address: string) =>
      message(user, 'location', { latitude, longitude, name: '', address }),
    /** Taps an item of the newest menu by its words. */
    async tap(user: string, words: string) {
      const items = sessions.of(user).screen.flatMap((shown) => shown.items)
      const item = items.findLast((each) => each.words === words)
      if (!item) throw new Error(`there is no item "${words}" on the screen`)
      return await message(user, 'text', { content: words, menu_id: item.id })
    },
  }
}

/** Events of sessions, and what people do in WeCom. */
function servicers(vendor: KfVendor, openKfId: string, put: Put, now: () => number) {
  const event = (event_type: string, fields: object) =>
    put(rowOf(4, 'event', now(), { event: { event_type, open_kfid: openKfId, ...fields } }))
  return {
    event,
    /** A customer opens the chat, by a link with a scene perhaps, and may be welcomed. */
    enter: (user: string, scene = '', sceneParam = '') =>
      event('enter_session', {
        external_userid: user,
        scene,
        scene_param: sceneParam,
        welcome_code: vendor.welcomeCode(user),
      }),
    /** A phone opens a customer-service link, by a code perhaps. */
    enterBy(user: string, address: string) {
      const { scene, param } = vendor.readLink(address)
      return event('enter_session', {
        external_userid: user,
        scene,
        scene_param: param,
        welcome_code: vendor.welcomeCode(user),
      })
    },
    recall: (user: string, msgid: string) =>
      event('user_recall_msg', { external_userid: user, recall_msgid: msgid }),
    /** A person takes the session. */
    async serve(user: string, servicer: string) {
      Object.assign(vendor.sessions.of(user), { state: 3, servicer })
      const change = { external_userid: user, change_type: 1, new_servicer_userid: servicer }
      return await event('session_status_change', change)
    },
    servicerSays(user: string, servicer: string, text: string) {
      const from = { open_kfid: openKfId, external_userid: user, servicer_userid: servicer }
      return put(rowOf(5, 'text', now(), { ...from, text: { content: text } }))
    },
    /** A message of ours turned out not to have arrived. */
    fail: (user: string, msgid: string, failType = 10) =>
      event('msg_send_fail', { external_userid: user, fail_msgid: msgid, fail_type: failType }),
  }
}
