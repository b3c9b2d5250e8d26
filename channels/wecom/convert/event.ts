import type { InboundMessage } from '../../../src/contract/message.ts'
import { childOf, textOf, type XmlObject } from '../../_kit/wechat-xml.ts'
import type { Content } from './message.ts'
import { pointOf } from './point.ts'

/**
 * Events of document 90240 that say nothing to a support desk: somebody looked in, or an administrator changed something. The pictures that
 * the `pic_…` events announce come as messages; positions are recorded by check-in alone.
 */
const silent = new Set([
  'subscribe',
  'unsubscribe',
  'enter_agent',
  'LOCATION',
  'view',
  'view_miniprogram',
  'pic_sysphoto',
  'pic_photo_or_album',
  'pic_weixin',
  'batch_job_result',
  'change_contact',
  'open_approval_change',
  'sys_approval_change',
  'share_agent_change',
  'share_chain_change',
  'inactive_alert',
  'close_inactive_agent',
  'reopen_inactive_agent',
  'low_active_alert',
  'low_active',
  'active_restored',
  'modify_calendar',
  'delete_calendar',
  'add_schedule',
  'modify_schedule',
  'delete_schedule',
  'book_meeting_room',
  'cancel_meeting_room',
])

/** Whether nobody needs to hear of an event. What WeCom itself reports comes from `sys`. */
export function isSilent(name: string, from: string): boolean {
  return from === 'sys' || silent.has(name) || silent.has(name.toLowerCase())
}

type EventContent = Content & Pick<InboundMessage, 'automatic'>

/** An event as a message: a tap on a menu says the menu's key. One that nobody knows is kept, and opens nothing. Pure. */
export function eventMessage(event: XmlObject, name: string): EventContent {
  switch (name.toLowerCase()) {
    case 'click':
      return { kind: 'event', text: textOf(event, 'EventKey') }
    case 'scancode_push':
    case 'scancode_waitmsg':
      return { kind: 'event', text: scanned(event) }
    case 'location_select':
      return chosenPlace(event)
    default:
      return { kind: 'unsupported', text: '', unsupported: `event:${name}`.slice(0, 200), automatic: 'bulk' }
  }
}

function scanned(event: XmlObject): string {
  const info = childOf(event, 'ScanCodeInfo')
  return info ? textOf(info, 'ScanResult') : ''
}

function chosenPlace(event: XmlObject): EventContent {
  const info = childOf(event, 'SendLocationInfo') ?? event
  const label = textOf(info, 'Label')
  const point = pointOf(textOf(info, 'Location_X'), textOf(info, 'Location_Y'))
  return {
    kind: 'location',
    text: label,
    ...(point ? { location: { ...point, crs: 'gcj02', ...(label ? { label } : {}) } } : {}),
  }
}
