import type { JsonObject } from '../../../src/kernel/json.ts'
import { readObject, textOf } from '../shape.ts'
import type { Around, Converted, Converter } from './converted.ts'
import { forward } from './forward.ts'
import { interactive } from './interactive.ts'
import { location } from './location.ts'
import { audio, file, folder, image, sticker, video } from './media.ts'
import { post } from './post.ts'
import { shareChat, shareUser } from './share.ts'
import { system } from './system.ts'
import { text } from './text.ts'
import { calendar, hongbao, todo, videoChat, vote } from './work.ts'

/** Every `message_type` that we read ("im-v1/message/events/message_content"). */
const converters: ReadonlyMap<string, Converter> = new Map(
  Object.entries({
    text,
    post,
    image,
    file,
    folder,
    audio,
    media: video,
    video,
    sticker,
    location,
    share_chat: shareChat,
    share_user: shareUser,
    interactive,
    merge_forward: forward,
    system,
    todo,
    vote,
    hongbao,
    calendar,
    general_calendar: calendar,
    share_calendar_event: calendar,
    video_chat: videoChat,
  }),
)

/** A message whose type, or whose content, nobody here can read. */
type Unsupported = Converted & { readonly unsupported?: string }

/** Reads a message's content by its type. An unknown type or shape becomes a placeholder that names it. Pure. */
export function convert(type: string, content: string, around: Around): Unsupported {
  const body = readObject(content)
  // A merged forward has words instead of JSON.
  const known = converters.get(type)?.(body ?? {}, around)
  if (known && (body || type === 'merge_forward')) return known
  return { kind: 'unsupported', text: wordsOf(body), unsupported: type || 'unknown' }
}

function wordsOf(body: JsonObject | null): string {
  return body ? textOf(body.text) : ''
}
