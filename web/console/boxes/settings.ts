import { channelWords } from '../words/terms.ts'
import type { Box } from './box.ts'

const { wecom, 'wecom-bot': wecomBot, dingtalk, feishu } = channelWords

/** The boxes of each setting of the hub. A unit test holds them against the schemas of the rooms. */
export const settingBoxes: Readonly<Record<string, readonly Box[]>> = {
  'company.hotlines': [{ path: '', kind: 'tags' }],
  tickets: [
    { path: 'autoCloseMs', kind: 'duration' },
    { path: 'appointmentGraceMs', kind: 'duration' },
    { path: 'questionWaitMs', kind: 'duration' },
    { path: 'answerEveryMs', kind: 'duration' },
    { path: 'expeditesPerHour', kind: 'number', unit: 'times' },
  ],
  outbox: [
    { path: 'automaticPerHour', kind: 'number', unit: 'messages' },
    { path: 'reservedForPeople', kind: 'number', unit: 'messages' },
    { path: 'silentAccounts', kind: 'accounts' },
    { path: 'texts', kind: 'texts' },
  ],
  desk: [
    { path: 'assignByItself', kind: 'switch' },
    { path: 'maxChats', kind: 'number', unit: 'chats' },
  ],
  offers: [
    { path: 'enabled', kind: 'switch' },
    { path: 'expiryMs', kind: 'duration' },
    { path: 'atOnce', kind: 'number', unit: 'people' },
    // The channels that carry job cards.
    { path: 'channels', kind: 'order', words: { wecom, 'wecom-bot': wecomBot, dingtalk, feishu } },
  ],
  incidents: [{ path: 'windowMs', kind: 'duration' }],
  translation: [{ path: 'automatic', kind: 'switch' }],
}
