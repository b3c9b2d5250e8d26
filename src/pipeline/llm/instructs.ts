import type { Turn } from '../../contract/extraction.ts'
import { fold, sourceRange } from '../reading.ts'

/** A range of a turn's text, UTF-16 units. */
type Range = readonly [start: number, end: number]

/** Sentences end here. */
const sentence = /[^。！？!?；;\r\n]+/g

/**
 * Words that are meant for a program and not for people who repair things. Each has only bounded gaps, so that a text is read
 * in time that grows with its length. What they find is not punished: its words are just no evidence for a model's claims.
 */
const cues: readonly RegExp[] = [
  /(?:忽略|无视|忘记|忘掉|跳过|不要(?:管|理会|遵守|执行)|别管)[^。\n]{0,12}(?:指令|指示|提示|规则|设定|命令|约束|限制|系统|上文|以上内容)/,
  /\b(?:ignore|disregard|forget|override|bypass|skip)\b.{0,40}\b(?:instructions?|prompts?|rules?|above|previous|prior|guidelines?|system|policy|policies)\b/i,
  /(?:新的?|最新|真正的?|以下|下面的?)(?:系统)?(?:指令|指示|命令)/,
  /\bnew (?:system )?(?:instructions?|rules?|prompt)\b/i,
  /你(?:现在|从现在起|其实|不)?(?:只)?(?:是|扮演|充当|变成)(?:一个|一名)?[^。\n]{0,10}(?:助手|AI|人工智能|模型|机器人|系统|管理员|开发者|程序)/i,
  /\b(?:you are (?:now|no longer)|act as|pretend (?:to be|you are)|from now on you|role-?play|as an ai)\b/i,
  /(?:大语言模型|语言模型|大模型|提示词|系统提示|系统消息|系统管理员|开发者模式|越狱|致(?:AI|系统|模型)|(?:AI|人工智能|模型|抽取程序|解析程序)(?:请|注意|必须|应该|务必))/i,
  /\b(?:language model|system prompt|developer mode|jailbreak|note to (?:the )?(?:ai|model|system|assistant|parser)|dear (?:ai|model|assistant))\b/i,
  /^\s{0,8}[#*[<|"'`]{0,4}\s{0,4}(?:system|assistant|developer|tool|系统消息|系统提示|助手)\s{0,4}[\]>|"'`*]{0,4}\s{0,4}:/i,
  /<\|?\/?\s{0,4}(?:system|assistant|user|im_start|im_end|tool|function|instructions?|conversation|known|changed|think|endoftext)\b/i,
  /\[\/?(?:INST|SYS|SYSTEM|\d{1,4} (?:customer|agent|system))\]|<<\/?SYS>>|#{2,6}\s{0,4}(?:system|instruction|response|assistant)/i,
  /\b(?:tool_calls?|function_calls?|response_format|tool_use|tool_result|json_schema)\b|调用(?:工具|函数|接口)|工具调用/i,
  /["'`](?:contact_name|phone|province|city|district|detail|device_model|serial_number|order_number|product_category|appointment|fault|summary|intent|urgency|sentiment|is_repeat_contact|action|custom|withdrawn|value|quotes)["'`]\s{0,4}[:=]/i,
  /\b(?:contact_name|device_model|serial_number|order_number|product_category|is_repeat_contact|urgent_safety)\b|\b(?:urgency|sentiment|intent|action)\s{0,4}(?:[:=]|(?:设|改|标|填|写)[为成])/i,
  /(?:这单|此单|本单|工单|紧急程度|优先级|级别|意图|类别|情绪)[^。\n]{0,8}(?:设|改|标|定|列|升|降|调|判|归)(?:记|置|定|级|类)?[为成到][^。\n]{0,6}(?:紧急|加急|最高|最低|高|低|危险|一般|普通|解决|完成|关闭|取消|投诉|critical|p\d|一级)/i,
  /\b(?:set|mark|classify|change|raise|label|escalate|treat)\b.{0,30}\b(?:urgency|priority|intent|category|sentiment|critical|emergency|resolved)\b/i,
  /(?:输出|返回|回答|回复|生成)[^。\n]{0,10}(?:json|以下内容|如下|下面的内容)|\b(?:output|return|respond with|answer with|reply with|print)\b.{0,20}\b(?:json|the following|exactly|only)\b/i,
  /\b(?:NAME|PHONE|ADDRESS|CODE|MAIL|NUMBER)_\d/,
  /(?:解码|执行|运行)[^。\n]{0,10}(?:base64|命令|代码|脚本)|\bbase64\b/i,
]

/** Where a turn speaks to the machine instead of to people: whole sentences. Widths and invisible marks hide nothing. */
function rangesOf(text: string): Range[] {
  const reading = fold(text)
  const ranges: Range[] = []
  for (const m of reading.text.matchAll(sentence)) {
    if (!cues.some((cue) => cue.test(m[0]))) continue
    const range = sourceRange(reading, m.index, m.index + m[0].length)
    if (range) ranges.push(range)
  }
  return ranges
}

/** The turns that speak to the machine, and where. */
export type Instructing = ReadonlyMap<Turn, readonly Range[]>

/** Finds the turns that speak to the machine. */
export function instructing(turns: readonly Turn[]): Instructing {
  const found = new Map<Turn, readonly Range[]>()
  for (const turn of turns) {
    const ranges = rangesOf(turn.text)
    if (ranges.length > 0) found.set(turn, ranges)
  }
  return found
}
