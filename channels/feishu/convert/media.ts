import { textOf } from '../shape.ts'
import { type Converter, resource } from './converted.ts'

/** `{"image_key": "img_…"}`; the real type is found from the bytes. */
export const image: Converter = (content, around) => {
  const key = textOf(content.image_key)
  if (!key) return null
  return {
    kind: 'image',
    text: '',
    attachments: [resource(around, key, 'image', `${key}.jpg`, 'image/jpeg')],
  }
}

/** `{"file_key": "file_…", "file_name": "a.pdf"}` */
export const file: Converter = (content, around) => {
  const key = textOf(content.file_key)
  if (!key) return null
  const name = textOf(content.file_name) || key
  return {
    kind: 'file',
    text: '',
    attachments: [resource(around, key, 'file', name, 'application/octet-stream')],
  }
}

/** `{"file_key": "file_…", "duration": 2000}`: Opus in Ogg. */
export const audio: Converter = (content, around) => {
  const key = textOf(content.file_key)
  if (!key) return null
  return { kind: 'voice', text: '', attachments: [resource(around, key, 'file', `${key}.opus`, 'audio/ogg')] }
}

/** `{"file_key": "file_…", "image_key": "img_…", "file_name": "a.mp4", "duration": 2000}`; the cover is in the video. */
export const video: Converter = (content, around) => {
  const key = textOf(content.file_key)
  if (!key) return null
  const name = textOf(content.file_name) || `${key}.mp4`
  return { kind: 'video', text: '', attachments: [resource(around, key, 'file', name, 'video/mp4')] }
}

/** `{"file_key": "file_…"}`: the API gives nobody a sticker's picture. */
export const sticker: Converter = () => ({ kind: 'image', text: '[表情]' })

/** `{"file_key": "file_…", "file_name": "现场照片"}`: the API gives nobody a folder's content. */
export const folder: Converter = (content) => ({
  kind: 'file',
  text: `[文件夹] ${textOf(content.file_name)}`.trim(),
})
