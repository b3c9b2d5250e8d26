import { contentOf, type RobotMessage } from '../message.ts'
import { type Converted, fileOf } from './converted.ts'

/** A picture. `pictureDownloadCode` is the older name of its code. */
export function picture(message: RobotMessage): Converted {
  const { downloadCode, pictureDownloadCode } = contentOf(message)
  const attachments = fileOf(message, downloadCode ?? pictureDownloadCode, 'image.jpg', 'image/jpeg')
  return { kind: 'image', text: '', attachments }
}

/** A voice message with what DingTalk's own recogniser understood. */
export function audio(message: RobotMessage): Converted {
  const { downloadCode, recognition } = contentOf(message)
  return {
    kind: 'voice',
    text: typeof recognition === 'string' ? recognition.trim() : '',
    attachments: fileOf(message, downloadCode, 'voice.amr', 'audio/amr'),
  }
}

/** A video. */
export function video(message: RobotMessage): Converted {
  const { downloadCode, videoType } = contentOf(message)
  const type = typeof videoType === 'string' && /^[a-z0-9]{2,5}$/i.test(videoType) ? videoType : 'mp4'
  return {
    kind: 'video',
    text: '',
    attachments: fileOf(message, downloadCode, `video.${type}`, `video/${type}`),
  }
}

/** A file; its name is all that is known of its type. */
export function file(message: RobotMessage): Converted {
  const { downloadCode, fileName } = contentOf(message)
  const name = typeof fileName === 'string' && fileName.trim() !== '' ? fileName.trim().slice(0, 255) : 'file'
  return {
    kind: 'file',
    text: '',
    attachments: fileOf(message, downloadCode, name, 'application/octet-stream'),
  }
}
