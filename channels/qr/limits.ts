const megabyte = 1_048_576

/** What a form may carry; shown to the page, and held by the hub against the content. */
export const formLimits = {
  files: 9,
  imageBytes: 15 * megabyte,
  videoBytes: 50 * megabyte,
  audioBytes: 10 * megabyte,
  audioSeconds: 120,
} as const

/** Phones declare recordings without picture as video: the containers are the same. */
const audioContainers = ['audio/*', 'video/webm', 'video/mp4', 'application/ogg']

/** What a file of a declared type may be: how large, and which types its content may show. Null for other types. */
export function uploadRule(
  declaredType: string,
): { readonly maxBytes: number; readonly accept: readonly string[] } | null {
  switch (declaredType.split('/', 1)[0]?.trim().toLowerCase()) {
    case 'image':
      return {
        maxBytes: formLimits.imageBytes,
        accept: [
          'image/jpeg',
          'image/png',
          'image/webp',
          'image/gif',
          'image/heic',
          'image/heif',
          'image/avif',
        ],
      }
    case 'video':
      return {
        maxBytes: formLimits.videoBytes,
        accept: ['video/mp4', 'video/quicktime', 'video/webm', 'video/3gpp', 'video/x-matroska'],
      }
    case 'audio':
      return { maxBytes: formLimits.audioBytes, accept: audioContainers }
    default:
      return null
  }
}
