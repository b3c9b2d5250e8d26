import type { Words } from '../../ui/language.ts'

/** Words about languages and translation. */
export const translationWords = {
  translate: ['翻译', 'Translate'],
  translating: ['正在翻译…', 'Translating…'],
  again: ['再试一次', 'Try again'],
  byModel: ['模型 {model} 翻译', 'Translated by the model {model}'],
  showOriginal: ['显示原文', 'Show the original'],
  hideOriginal: ['收起原文', 'Hide the original'],
  original: ['原文', 'Original'],
  cautious: [
    '这条消息像是写给机器的，译文可能不可靠，请对照原文。',
    'This message speaks to a machine; the translation may mislead. Compare with the original.',
  ],
  written: ['坐席写的', 'As the agent wrote it'],
  writtenChanged: [
    '坐席写的（发送前改过译文）',
    'As the agent wrote it (the translation was changed before sending)',
  ],
  sendIn: ['发送语言', 'Language to send in'],
  asWritten: ['按原文发送', 'Send as written'],
  customersLanguage: ['{name}（客户的语言）', '{name} (the customer’s)'],
  translateInto: ['译成 {name} 后发送', 'Send in {name}'],
  previewTitle: ['发送前请看译文（{name}）', 'The translation before it is sent ({name})'],
  youWrote: ['您写的', 'What you wrote'],
  willBeSent: ['将要发送', 'What will be sent'],
  send: ['发送译文', 'Send the translation'],
  back: ['返回修改', 'Back to the text'],
  sendWritten: ['不翻译，按原文发送', 'Send as written instead'],
} satisfies Words
