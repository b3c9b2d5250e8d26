import { fill, type Params } from '../ui/fill.ts'

/** What the customer pages say. */
export const words = {
  title: ['报修', 'Request a repair'],
  forDevice: ['要报修的设备', 'The device'],
  serial: ['序列号 {n}', 'Serial number {n}'],
  warrantyIn: ['保修期内，至 {date}', 'Under warranty until {date}'],
  warrantyOut: ['已过保修期（{date}），可能收费', 'Out of warranty ({date}); a fee may apply'],
  knownAddress: ['上门地址：{address}', 'Service address: {address}'],
  fault: ['哪里坏了？', 'What is wrong?'],
  faultHint: ['例：开机十分钟后停机，显示 E4', 'e.g. stops after ten minutes and shows E4'],
  phone: ['您的电话', 'Your phone number'],
  name: ['怎么称呼您', 'Your name'],
  address: ['上门地址', 'Service address'],
  addressHint: ['城市、街道、小区、楼号、门牌', 'City, street, building, flat'],
  locate: ['使用当前位置', 'Use my location'],
  locating: ['正在定位…', 'Locating…'],
  located: ['已定位（误差约 {n} 米），请补充楼号门牌', 'Located (about {n} m); please add building and flat'],
  locateFailed: ['没有取得位置，请手写地址。', 'No location; please write the address.'],
  media: ['照片、短视频或语音（选填）', 'Photos, short videos or a voice note (optional)'],
  addMedia: ['拍照 / 选文件', 'Take or choose'],
  record: ['录语音', 'Record voice'],
  stop: ['停止（{n} 秒）', 'Stop ({n} s)'],
  recordFailed: ['没有麦克风权限，请用文字说明。', 'The microphone is not allowed; please write instead.'],
  voice: ['语音', 'Voice note'],
  remove: ['删除', 'Remove'],
  again: ['重试', 'Try again'],
  tooLarge: ['文件过大，最多 {n} MB', 'Too large; at most {n} MB'],
  wrongType: ['只能是照片、视频或语音', 'Only photos, videos or sound'],
  tooMany: ['最多 {n} 个文件', 'At most {n} {n|file|files}'],
  uploadFailed: ['没有传上', 'Not uploaded'],
  submit: ['提交', 'Send'],
  sending: ['正在提交…', 'Sending…'],
  waitUploads: ['等待文件上传…', 'Waiting for the files…'],
  required: ['请填写', 'Please fill in'],
  phoneWrong: ['电话号码好像不对', 'This does not look like a phone number'],
  offline: [
    '网络不通。您填的内容已保存在手机里，恢复后会自动重试。',
    'No network. What you typed is kept in this phone and is sent when the network is back.',
  ],
  failed: [
    '没有提交成功：{reason}。内容仍在，可以重试。',
    'Not sent: {reason} Your text is kept; please try again.',
  ],
  earlier: ['您已为这台设备提交过请求', 'You already sent a request for this device'],
  answers: ['沟通记录', 'Messages'],
  byCustomer: ['您', 'You'],
  byAgent: ['客服', 'Service'],
  reply: ['补充说明', 'Add something'],
  replyHint: ['例：周六下午家里有人', 'e.g. somebody is at home on Saturday afternoon'],
  replySend: ['发送', 'Send'],
  replySent: ['已送达。', 'Delivered.'],
  openRequest: [
    '这台设备已有未完成的报修 {number}，我们正在处理。如果是同一个问题，不必重复提交。',
    'Request {number} about this device is being worked on. There is no need to report the same fault again.',
  ],
  earlierSee: ['查看进度', 'See the progress'],
  linkBad: ['二维码无效', 'This code is not valid'],
  linkBadHint: [
    '请重新扫描设备上的二维码，或拨打客服电话。',
    'Scan the code on the device again, or call us.',
  ],
  linkOld: ['二维码已过期', 'This code has expired'],
  linkOldHint: ['请扫描设备上的新二维码，或拨打客服电话。', 'Scan the new code on the device, or call us.'],
  unreachable: ['暂时打不开', 'Not available right now'],
  unreachableHint: ['请检查网络后重试。', 'Check the network and try again.'],
  call: ['拨打客服 {n}', 'Call us: {n}'],
  privacy: ['您填写的内容只用于这次服务。', 'What you enter is used for this service only.'],
  progressTitle: ['报修进度', 'Your request'],
  received: ['已收到', 'Received'],
  opened: ['已生成工单', 'Ticket created'],
  assigned: ['已安排工程师', 'Engineer assigned'],
  working: ['正在处理', 'Being worked on'],
  done: ['已完成', 'Done'],
  cancelled: ['已取消', 'Cancelled'],
  yourNumber: ['工单号', 'Ticket number'],
  numberSoon: ['已收到，正在生成工单号…', 'Received; the ticket number is being made…'],
  keep: ['这个页面可以收藏，随时回来查看。', 'Keep this page; you can come back any time.'],
  nextReceived: [
    '我们正在阅读您的请求，几秒内给出工单号。',
    'We are reading your request; the number comes in seconds.',
  ],
  nextOpened: ['接下来：为您安排工程师。', 'Next: an engineer is assigned.'],
  nextAssigned: ['接下来：{engineer}会打电话约时间。', 'Next: {engineer} will call you to agree on a time.'],
  nextWorking: ['工程师正在处理。', 'The engineer is at work.'],
  nextDone: ['服务已完成，谢谢。', 'The work is done. Thank you.'],
  nextCancelled: ['这个请求已取消。', 'This request was cancelled.'],
  engineer: ['工程师', 'the engineer'],
  appointment: ['预约时间', 'Appointment'],
  expedite: ['催一下', 'Remind us'],
  expedited: [
    '已收到您的催促，我们会尽快处理。',
    'We got your reminder and will see to it as soon as we can.',
  ],
  expediteLater: ['刚刚催过，{n} 分钟后可再催', 'Just reminded; again in {n} min'],
  updated: ['{time} 更新', 'Updated {time}'],
  stale: ['网络不通，以下是 {time} 的进度', 'No network; this is from {time}'],
  language: ['English', '中文'],
} as const

/** Key of a word of the customer pages. */
export type Word = keyof typeof words

const key = 'yitong.language'

function stored(): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

/** The customer's language: chosen here before, else the browser's. */
export const lang: 'zh' | 'en' = ((): 'zh' | 'en' => {
  const before = stored()
  if (before === 'zh' || before === 'en') return before
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en'
})()

/** Says a word in the customer's language. */
export function t(word: Word, params?: Params): string {
  return fill(words[word][lang === 'zh' ? 0 : 1], params)
}

/** Changes the language and draws the page again. */
export function otherLanguage(): void {
  try {
    localStorage.setItem(key, lang === 'zh' ? 'en' : 'zh')
  } catch {
    return
  }
  location.reload()
}

/** A moment for people, in the phone's zone. */
export function moment(iso: string): string {
  return new Intl.DateTimeFormat(lang === 'zh' ? 'zh-CN' : 'en-GB', {
    month: 'numeric',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
  }).format(new Date(iso))
}
