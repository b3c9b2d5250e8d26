import type { Outbound } from '../../src/contract/channel.ts'

/** Quick replies as numbered lines, for channels without buttons for them: the number is an answer too. Empty when there are none. */
export function choicesText({ quickReplies = [], lang }: Pick<Outbound, 'quickReplies' | 'lang'>): string {
  if (quickReplies.length === 0) return ''
  const head = lang === 'zh' ? '也可以直接回复编号：' : 'You can also answer with a number:'
  return [head, ...quickReplies.map((reply, i) => `${i + 1}. ${reply}`)].join('\n')
}
