import type { GuideStep } from '../../src/contract/channel.ts'

/** How an account is connected; the README of this channel says more. */
export const guide: readonly GuideStep[] = [
  {
    zh: '填写客服热线；它印在标签上，也写在报修页上。',
    en: 'Enter the hotline; it is printed on labels and shown on the page.',
    fields: ['hotline', 'askLocation'],
  },
  {
    zh: '二维码里印的是服务器设置 PUBLIC_URL 的地址：打印之前先把它设成手机能打开的 https 地址。印好之后再换，旧的二维码就打不开了。',
    en: 'Codes hold the address in the server setting PUBLIC_URL: before printing make it an https address that phones can open. When it changes later, printed codes lead nowhere.',
  },
  {
    zh: '保存之后测试：会说明二维码指向哪个地址、手机能不能定位和录音。',
    en: 'Save, then test: it says where codes lead, and whether phones may give their place and record.',
    part: 'test',
  },
  {
    zh: '到“设备”页勾选设备，按“打印二维码”，把标签贴在设备上。',
    en: 'On the page Devices tick devices, press Print codes, and stick the labels on the devices.',
  },
  {
    zh: '用手机扫一张标签，提交一次报修。',
    en: 'Scan a label with a phone and file one request.',
    part: 'wait',
  },
]
