import { fold } from '../reading.ts'

/** How people take a surname apart on the phone. */
const takenApart: Readonly<Record<string, string>> = {
  弓长: '张',
  木子: '李',
  耳东: '陈',
  双木: '林',
  立早: '章',
  古月: '胡',
  言午: '许',
  口天: '吴',
  口天大: '吴',
  草头黄: '黄',
  双口: '吕',
  三横一竖: '王',
  三横: '王',
  走肖: '赵',
  人可: '何',
  木易: '杨',
  言射: '谢',
  文刀: '刘',
  千里: '董',
  卯金刀: '刘',
  禾火: '秋',
  山风: '岚',
  三点水: '江',
  工口: '邹',
  西早: '覃',
  尔东: '陈',
  木土: '杜',
  十八子: '李',
  日月: '明',
}
/** Each way of taking a surname apart, longest first. */
export const surnameParts: readonly string[] = Object.keys(takenApart).sort((a, b) => b.length - a.length)

/** Reads a name: inner spaces of Chinese names gone, 弓长张 is 张. Null when nothing is left. */
export function readName(quotes: readonly string[]): string | null {
  let text = fold(quotes.join('')).text.trim()
  for (const parts of surnameParts) {
    if (text.startsWith(parts)) {
      const surname = takenApart[parts]!
      const rest = text.slice(parts.length)
      text = rest.startsWith(surname) ? rest : surname + rest
      break
    }
  }
  text = text.replace(/(?<=[\u4e00-\u9fa5])\s+(?=[\u4e00-\u9fa5])/g, '').replace(/\s+/g, ' ')
  return text === '' ? null : text
}
