import type { GuideStep } from '../../src/contract/channel.ts'

/** Platforms whose reports carry no signature. */
const unsigned = ['7moor', 'uincall', 'aliyun-aiccs', 'maxvox', 'ti-net'] as const

/** How an account is connected; the README of this channel says more. */
export const guide: readonly GuideStep[] = [
  {
    zh: '按对方文档填写每项内容在推送里的路径：通话 ID 必填，主叫、被叫、开始时间和录音地址最有用。',
    en: "Enter where each fact stands in the reports, from the platform's documents: the call id is needed; caller, callee, start and recording are the most useful.",
    fields: ['fields', 'items'],
    presets: ['other'],
  },
  {
    zh: '自己定一个签名密钥（至少 8 位），填到这里，也交给推送程序：它用这个密钥计算上面说明的 X-Signature。',
    en: 'Make up a signing secret (8 characters or more), enter it here and give it to the program that reports calls: it makes X-Signature with it, as said above.',
    fields: ['signSecret'],
    presets: ['generic'],
  },
  {
    zh: '在 TCCC 控制台的“数据推送设置”中选 basicAuth；自己定一个用户名和密码（至少 8 位），两边填一样的。',
    en: 'Choose basicAuth under 数据推送设置 in the TCCC console; make up a user name and a password (8 characters or more), the same on both sides.',
    fields: ['basicUser', 'basicPassword'],
    presets: ['tccc'],
  },
  {
    zh: '这个平台的推送没有签名：自己定一个固定密钥（至少 8 位），它会写在回调地址里；知道平台从哪些 IP 推送的，再填 IP 白名单。',
    en: 'This platform does not sign its reports: make up a fixed key (8 characters or more) that the callback address will carry; enter the addresses that it pushes from as well, where you know them.',
    fields: ['staticKey', 'addresses'],
    presets: unsigned,
  },
  {
    zh: '至少填一种校验，填了几种就都要符合：签名密钥、固定密钥、Bearer、Basic（用户名和密码）或来源 IP。没有任何校验的账号不能保存。',
    en: 'Enter at least one proof; of several each must hold: signing secret, fixed key, Bearer, Basic (user name and password) or addresses. Without any the account cannot be saved.',
    fields: ['signSecret', 'staticKey', 'bearerToken', 'basicUser', 'basicPassword', 'addresses'],
    presets: ['other'],
  },
  {
    zh: '推送只带录音的文件名：填写录音地址前缀，没有它取不回录音。',
    en: 'Reports name only the file of a recording: enter what goes before it; without that no recording is fetched.',
    fields: ['recordingBase'],
    presets: ['ti-net'],
  },
  {
    zh: '把这里的回调地址交给推送程序，它用 POST 推送 JSON。',
    en: 'Give this callback address to the program that reports calls; it posts JSON there.',
    part: 'callback',
    presets: ['generic'],
  },
  {
    zh: '把这里的回调地址填到“数据推送设置”，打开 CDR 与录音推送。',
    en: 'Paste this callback address in 数据推送设置 and switch on the reports of CDR and recordings.',
    part: 'callback',
    presets: ['tccc'],
  },
  {
    zh: '在云客服“设置 › 对接 › 通话事件”中填写这里的回调地址，末尾加上 ?key=固定密钥。',
    en: 'Paste this callback address under 设置 › 对接 › 通话事件, with ?key=the fixed key at its end.',
    part: 'callback',
    presets: ['7moor'],
  },
  {
    zh: '选择“无加密”推送，地址填这里的回调地址，末尾加上 ?key=固定密钥。',
    en: 'Choose the push without encryption (无加密) to this callback address, with ?key=the fixed key at its end.',
    part: 'callback',
    presets: ['uincall'],
  },
  {
    zh: '用这里的回调地址订阅 VoiceReportAiccs 与 VoiceRecordReportAiccs，末尾加上 ?key=固定密钥。',
    en: 'Subscribe to VoiceReportAiccs and VoiceRecordReportAiccs with this callback address, with ?key=the fixed key at its end.',
    part: 'callback',
    presets: ['aliyun-aiccs'],
  },
  {
    zh: '把这里的回调地址填到平台的推送设置（推送设置、话单推送或事件推送），末尾加上 ?key=固定密钥。',
    en: "Paste this callback address in the platform's push settings (推送设置, 话单推送, 事件推送), with ?key=the fixed key at its end.",
    part: 'callback',
    presets: ['maxvox', 'ti-net'],
  },
  {
    zh: '把这里的回调地址填到平台的推送设置（推送设置、话单推送或事件推送）。用地址里的固定密钥时，在末尾加上 ?key=固定密钥。',
    en: "Paste this callback address in the platform's push settings (推送设置, 话单推送, 事件推送). With a fixed key in the address append ?key=the fixed key.",
    part: 'callback',
    presets: ['other'],
  },
  {
    zh: '呼叫中心只会推送过来，没有可以主动测试的连接：这里只检查校验方式和地址，真正的证明是下一步的电话。',
    en: 'A call center only ever speaks first, so there is no connection to test: this looks at proofs and address; the call of the next step is what shows that it works.',
    part: 'test',
  },
  {
    zh: '打一通电话再挂断。如果没有出现，“收件健康”页会显示收到的报告里有哪些字段，改好路径后可以重新处理。',
    en: 'Make one call and hang up. If it does not appear, the health page names the fields that the report holds; correct the path and let it run again.',
    part: 'wait',
  },
]
