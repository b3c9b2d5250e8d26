import { useQuery } from '@tanstack/react-query'
import { ask, request } from '../../ui/api.ts'

/** Lists that can be imported. */
export const importKinds = ['staff', 'groups', 'regions', 'devices', 'customers'] as const
export type ImportKind = (typeof importKinds)[number]

/** What an import would do, or did, by row. */
export interface Counts {
  readonly new: number
  readonly changed: number
  readonly same: number
  readonly error: number
}

/** A row of a preview. */
export interface PreviewRow {
  readonly line: number
  readonly state: keyof Counts
  readonly label: string
  readonly changes: readonly string[]
  readonly issues: readonly { readonly column: string; readonly zh: string; readonly en: string }[]
}

/** What an import would do (`import.preview`); nothing is changed yet. */
export interface Preview {
  readonly counts: Counts
  readonly ignored: readonly string[]
  readonly rows: readonly PreviewRow[]
}

/** A file that was uploaded. */
export interface Uploaded {
  readonly hash: string
  readonly name: string
}

/** Uploads a table. */
export async function upload(file: File): Promise<Uploaded> {
  const form = new FormData()
  form.set('file', file)
  return request<Uploaded>('/api/media', { method: 'POST', body: form })
}

/** The preview of an uploaded file. */
export function usePreview(kind: ImportKind, file: Uploaded | null) {
  return useQuery({
    queryKey: ['imports', 'preview', kind, file?.hash],
    enabled: file !== null,
    retry: false,
    queryFn: ({ signal }) =>
      ask<Preview>('import.preview', { kind, hash: file?.hash, fileName: file?.name }, signal),
  })
}

/** An import that was made. */
export interface ImportBatch {
  readonly id: string
  readonly kind: string
  readonly name: string
  readonly by: string
  readonly rows: number
  readonly createdAt: string
  readonly undoneAt: string | null
}

/** What was imported, newest first. */
export function useImports() {
  return useQuery({
    queryKey: ['imports', 'list'],
    queryFn: async ({ signal }) =>
      (await ask<{ readonly imports: readonly ImportBatch[] }>('import.list', {}, signal)).imports,
  })
}

/** What taking a batch back did. */
export interface Undone {
  readonly removed: number
  readonly restored: number
  readonly kept: readonly { readonly label: string; readonly reason: 'changed' | 'in_use' }[]
}

interface CsvFile {
  readonly fileName: string
  readonly contentType: string
  readonly content: string
}

/** Fetches a CSV that the hub makes and hands it to the browser as a download. */
export async function download(name: 'import.template' | 'import.errors', input: object): Promise<void> {
  const file = await ask<CsvFile>(name, input as Readonly<Record<string, unknown>>)
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([file.content], { type: file.contentType }))
  link.download = file.fileName
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

/** Whether the sample workspace is loaded. */
export function useSample() {
  return useQuery({
    queryKey: ['imports', 'sample'],
    queryFn: ({ signal }) =>
      ask<{ readonly loaded: boolean; readonly counts: Readonly<Record<string, number>> }>(
        'sample.status',
        {},
        signal,
      ),
  })
}
