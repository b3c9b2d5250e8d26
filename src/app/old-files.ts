import { formLifeMs } from '../../channels/qr/token.ts'
import { oldMedia, removeMedia } from '../media/store.ts'

// An hour more: the clocks of the disk, of this machine and of the database need not agree.
const lifeMs = formLifeMs + 3_600_000

/**
 * Files of the media folder that are old enough to go. A form's files are stored before any row names them, and the form may be
 * sent `formLifeMs` later: until then none is removed, whoever had the same bytes before.
 */
export const oldFiles = (mediaDir: string) => ({
  oldFiles: (nowMs: number) => oldMedia(mediaDir, nowMs - lifeMs),
  removeFile: (hash: string, nowMs: number) => removeMedia(mediaDir, hash, nowMs - lifeMs),
})
