import type { Words } from '../../ui/language.ts'

/** The fields of a ticket type's form. */
export const formWords = {
  title: ['表单', 'Form'],
  hint: [
    '在标准字段之外，这种工单还要填什么。改动保存后成为新版本。',
    'What such a ticket asks for besides the standard fields. A change that is saved is the next version.',
  ],
  noFields: ['还没有自己的字段。', 'No fields of its own yet.'],
  add: ['增加字段', 'Add a field'],
  unnamed: ['第 {n} 个字段', 'Field {n}'],
  zh: ['字段中文名', 'Chinese title'],
  en: ['字段英文名', 'English title'],
  enHint: ['不填则同中文', 'As in Chinese'],
  noName: ['请填写名称', 'Give it a name'],
  kind: ['填什么', 'What is filled in'],
  required: ['完工前必填', 'Needed to resolve'],
  choices: ['可选项', 'Choices'],
  choicesHint: ['输入一项后按回车', 'Enter after each'],
  noChoices: ['至少写一个可选项', 'Give at least one choice'],
  least: ['最小', 'Least'],
  most: ['最大', 'Most'],
  leastText: ['最少几个字', 'Least characters'],
  mostText: ['最多几个字', 'Most characters'],
  leastChoices: ['最少选几项', 'Least chosen'],
  mostChoices: ['最多选几项', 'Most chosen'],
  more: ['更多', 'More'],
  less: ['收起', 'Less'],
  key: ['标识', 'Key'],
  keyHint: ['接口里用的名字，不填会自动生成', 'Its name for programs; made up when it is left empty'],
  keyStays: ['已保存的标识不能改', 'A stored key stays'],
  keyForm: [
    '只用小写字母、数字和 _，以字母开头',
    'Lower-case letters, digits and _, beginning with a letter',
  ],
  keyTwice: ['另一个字段已经用了这个标识', 'Another field has this key'],
  pattern: ['格式（正则表达式）', 'Pattern (regular expression)'],
  patternHint: ['例如 ^[0-9]+$', 'Such as ^[0-9]+$'],
  aboutZh: ['中文说明', 'Chinese explanation'],
  aboutEn: ['英文说明', 'English explanation'],
  notAsRows: [
    '这段 JSON 里有表单没有的写法，改好后才能切换。',
    'This JSON says something that a form does not have; mend it before you switch.',
  ],
} as const satisfies Words

/** What is filled into a field. */
export const fieldKindWords = {
  text: ['文字', 'Text'],
  choice: ['单选', 'One of several'],
  choices: ['多选', 'Several of a list'],
  number: ['数字', 'Number'],
  integer: ['整数', 'Whole number'],
  boolean: ['是或否', 'Yes or no'],
  date: ['日期', 'Date'],
  'date-time': ['日期和时间', 'Date and time'],
} as const satisfies Words
