import type { OutboxSettings } from './settings.ts'

type NoticeText = { readonly zh: string; readonly en: string }

/** What the hub says by itself. A line whose variable has no value is left out. */
export const noticeTexts = {
  'ticket.acknowledge': {
    zh: '您好，您的服务请求已受理，工单号 {number}。\n可随时在此{page}：{link}\n{reply}即可补充信息。',
    en: 'We have received your request. Your ticket number is {number}.\n{page} here: {link}\n{reply} to add information.',
  },
  'ticket.assigned': {
    zh: '您的工单 {number} 已安排工程师{engineer}，请保持电话畅通。\n预约时间：{appointment}\n进度：{link}',
    en: 'Your ticket {number} has been assigned to {engineer}. Please keep your phone at hand.\nAppointment: {appointment}\nProgress: {link}',
  },
  'ticket.on_hold': {
    zh: '您的工单 {number} 暂时挂起，恢复处理时会再通知您。\n进度：{link}',
    en: 'Your ticket {number} is on hold. We will tell you when work goes on.\nProgress: {link}',
  },
  'ticket.resolved': {
    zh: '您的工单 {number} 已处理完成。\n如仍有问题，{reply}即可。\n详情：{link}',
    en: 'Your ticket {number} is resolved.\n{reply} if something is still wrong.\nDetails: {link}',
  },
  'ticket.cancelled': {
    zh: '您的工单 {number} 已取消。\n如需帮助，{reply}即可。',
    en: 'Your ticket {number} has been cancelled.\n{reply} if you need help.',
  },
  'ticket.reopened': {
    zh: '您的工单 {number} 已重新受理。\n进度：{link}',
    en: 'Your ticket {number} is open again.\nProgress: {link}',
  },
  'ticket.state.open': {
    zh: '您的工单 {number} 已受理，正在安排工程师，安排好后会立即通知您。\n预约时间：{appointment}\n进度：{link}',
    en: 'Your ticket {number} was received and an engineer is being arranged. We will tell you as soon as that is done.\nAppointment: {appointment}\nProgress: {link}',
  },
  'ticket.state.assigned': {
    zh: '您的工单 {number} 已安排{engineer}处理。\n预约时间：{appointment}\n进度：{link}',
    en: 'Your ticket {number} is with {engineer}.\nAppointment: {appointment}\nProgress: {link}',
  },
  'ticket.state.in_progress': {
    zh: '您的工单 {number} 正在处理中。\n工程师：{engineer}\n预约时间：{appointment}\n进度：{link}',
    en: 'Your ticket {number} is being worked on.\nEngineer: {engineer}\nAppointment: {appointment}\nProgress: {link}',
  },
  'ticket.state.on_hold': {
    zh: '您的工单 {number} 暂时挂起，恢复处理时会通知您。\n工程师：{engineer}\n进度：{link}',
    en: 'Your ticket {number} is on hold. We will tell you when work goes on.\nEngineer: {engineer}\nProgress: {link}',
  },
  'ticket.cancel_asked': {
    zh: '已收到您取消工单 {number} 的请求，客服确认后会通知您。\n如果不想取消，{reply}即可。\n进度：{link}',
    en: 'We have received your wish to cancel ticket {number}. A colleague will confirm it.\n{reply} if you want to keep it.\nProgress: {link}',
  },
  'ticket.expedited': {
    zh: '已为您的工单 {number} 登记催单，我们会尽快处理。\n工程师：{engineer}\n预约时间：{appointment}\n进度：{link}',
    en: 'We noted that you are waiting for ticket {number} and will see to it as soon as we can.\nEngineer: {engineer}\nAppointment: {appointment}\nProgress: {link}',
  },
} as const satisfies Record<string, NoticeText>

export type NoticeName = keyof typeof noticeTexts

/** What the hub says by itself where no ticket is told of. */
const answerTexts = {
  'knowledge.answer': {
    zh: '{passage}\n——摘自《{title}》\n如果没有解决，回复“转人工”，会有人工客服回答您。',
    en: '{passage}\n— from “{title}”\nIf this does not help, reply “human agent” and a person will answer you.',
  },
} as const satisfies Record<string, NoticeText>

/** All texts that an administrator may replace. */
export const builtInTexts = { ...noticeTexts, ...answerTexts }

/** What a notice about a ticket may name. A null has no value. */
export type NoticeVariables = Readonly<
  Record<
    | 'number'
    /** Progress page of the customer; null when the hub has no public address. */
    | 'link'
    /** What that page lets the customer do: only after a form can they write there. */
    | 'page'
    | 'engineer'
    /** "Reply" in the customer's language where an answer can be given; null leaves out the lines that invite to it. */
    | 'reply'
    | 'appointment',
    string | null
  >
>

/** What the progress page offers, by whether the customer can write there. */
export const pageOffers = {
  writable: {
    zh: '查看进度、补充说明或催单',
    en: 'Follow its progress, add details or ask us to hurry',
  },
  readable: { zh: '查看进度或催单', en: 'Follow its progress or ask us to hurry' },
} as const

/** Whether there is such a notice. */
export function isNotice(name: string): name is NoticeName {
  return Object.hasOwn(noticeTexts, name)
}

/** The words of a notice: the administrator's text where there is one, otherwise ours. Pure. */
export function noticeText(
  name: keyof typeof builtInTexts,
  lang: 'zh' | 'en',
  variables: Readonly<Record<string, string | null>>,
  settings: Pick<OutboxSettings, 'texts'>,
): string {
  const text = (settings.texts[name] ?? builtInTexts[name])[lang]
  return text
    .split('\n')
    .flatMap((line) => fill(line, variables))
    .join('\n')
}

function fill(line: string, variables: Readonly<Record<string, string | null>>): string[] {
  let complete = true
  const filled = line.replace(/\{(\w{1,40})\}/g, (_, name: string) => {
    const value = Object.hasOwn(variables, name) ? (variables[name] ?? null) : null
    if (value === null || value === '') complete = false
    return value ?? ''
  })
  return complete ? [filled] : []
}
