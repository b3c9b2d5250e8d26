import type { Converter } from './converted.ts'

/**
 * Forwarded messages. The event says only that there are some; they are read later, as a text file, and their own files cannot be
 * fetched at all (error 234043).
 */
export const forward: Converter = (_content, { messageId }) => ({
  kind: 'file',
  text: '[合并转发的聊天记录]',
  attachments: [
    {
      name: '聊天记录.txt',
      contentType: 'text/plain',
      source: { kind: 'fetch', ref: { messageId, type: 'forward' } },
    },
  ],
})
