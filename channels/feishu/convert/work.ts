import type { JsonObject } from '../../../src/kernel/json.ts'
import { listOf, millisOf, objectOf, textOf } from '../shape.ts'
import type { Converter } from './converted.ts'
import { post } from './post.ts'

/** `{"task_id", "summary": {title, content}, "due_time": "ms"}` */
export const todo: Converter = (content, around) => {
  const summary = objectOf(content.summary)
  const said = post({ title: summary.title ?? '', content: summary.content ?? [] }, around)?.text ?? ''
  return { kind: 'card', text: lines('[任务]', said, until(content)) }
}

function until(content: JsonObject): string {
  const due = millisOf(content.due_time)
  return due ? `截止 ${beijing(due)}` : ''
}

/** `{"topic", "options": ["…"]}` */
export const vote: Converter = (content) => ({
  kind: 'card',
  text: lines('[投票]', textOf(content.topic), ...listOf(content.options).map((one) => `• ${textOf(one)}`)),
})

/** `{"text": "…"}`: a red packet. */
export const hongbao: Converter = (content) => ({ kind: 'card', text: lines('[红包]', textOf(content.text)) })

/** `{"summary", "start_time": "ms", "end_time": "ms"}`: an invitation, a shared event, a calendar. */
export const calendar: Converter = (content) => {
  const [start, end] = [millisOf(content.start_time), millisOf(content.end_time)]
  const time = [start, end].flatMap((at) => (at ? [beijing(at)] : [])).join(' 至 ')
  return { kind: 'card', text: lines('[日程]', textOf(content.summary), time) }
}

/** `{"topic", "start_time": "ms"}`: a video meeting. */
export const videoChat: Converter = (content) => {
  const start = millisOf(content.start_time)
  return { kind: 'card', text: lines('[视频会议]', textOf(content.topic), start ? beijing(start) : '') }
}

function lines(mark: string, first: string, ...rest: readonly string[]): string {
  return [`${mark} ${first}`.trim(), ...rest.filter(Boolean)].join('\n')
}

function beijing(ms: number): string {
  const at = new Date(ms + 8 * 3_600_000)
  return Number.isNaN(at.getTime()) ? '' : at.toISOString().slice(0, 16).replace('T', ' ')
}
