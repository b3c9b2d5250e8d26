import type { Words } from '../../ui/language.ts'

/** Risks of a ticket. */
export const riskWords = {
  legal: ['法律风险', 'Legal risk'],
  media: ['舆情风险', 'Media risk'],
  safety: ['安全风险', 'Safety risk'],
} as const satisfies Words

/** Tags and risks on the ticket page. */
export const labelWords = {
  title: ['标签与风险', 'Tags and risks'],
  none: ['还没有标签', 'No tags yet'],
  add: ['添加标签或风险', 'Add a tag or a risk'],
  tags: ['标签', 'Tags'],
  risks: ['风险', 'Risks'],
  remove: ['移除“{name}”', 'Remove “{name}”'],
  removed: ['已移除“{name}”，系统不会再自动加上。', '“{name}” is off; no machine puts it back.'],
  byPerson: ['人工添加或确认', 'Put on or confirmed by a person'],
  byRules: ['规则识别', 'Read by the rules'],
  byModel: ['模型识别', 'Read by the model'],
  said: ['原话：“{quote}”', 'The words: “{quote}”'],
  showWords: ['查看原话：{name}', 'Show the words of {name}'],
  noTree: [
    '标签树读不到，暂时只能添加风险。',
    'The tree of tags cannot be read; only risks can be added now.',
  ],
} as const satisfies Words

/** How the customer felt, turn by turn. */
export const moodWords = {
  title: ['客户情绪', 'Mood of the customer'],
  better: ['在好转', 'getting better'],
  worse: ['在变差', 'getting worse'],
  steady: ['平稳', 'steady'],
  step: ['第 {n} 句：{mood}', 'Turn {n}: {mood}'],
  stepSaid: ['第 {n} 句：{mood}，“{quote}”', 'Turn {n}: {mood}, “{quote}”'],
  turned: ['客户已发怒', 'The customer is angry'],
} as const satisfies Words

/** The tree of tags among the settings. */
export const tagTreeWords = {
  title: ['标签树', 'Tree of tags'],
  hint: [
    '一行一个标签，每深一层缩进两个空格；冒号后写能认出它的词，用逗号隔开，“…”代表中间几个字（如“师傅…没来”）。客户说到这些词，工单就带上标签；“没有漏水”这样的否定、引用的邮件和坐席的话不算。改动只影响之后的消息。',
    'A tag a line, two spaces for each level; behind a colon the words that name it, between commas; “…” stands for a few others (as in “engineer…late”). A ticket is tagged when the customer says them; what is denied, quoted or said by an agent does not count. Changes apply to messages from now on.',
  ],
  outline: ['标签树的大纲', 'The outline of the tree'],
  shipped: ['自带', 'As shipped'],
  own: ['已修改', 'Changed'],
  count: ['{n} 个标签', '{n} {n|tag|tags}'],
  restore: ['恢复自带的标签树', 'Put the shipped tree back'],
  restoreSure: [
    '恢复后，这里的改动不再使用；工单上已有的标签不变。',
    'What was changed here is no longer used; tags on tickets stay.',
  ],
  newer: [
    '别人刚改过标签树。你写的内容还在这里，请先复制，再重新读取。',
    'Somebody changed the tree just now. What you wrote is still here: copy it, then read the tree again.',
  ],
  reload: ['重新读取', 'Read again'],
  toLine: ['到第 {n} 行', 'Go to line {n}'],
} as const satisfies Words
