/** Joins the soft-broken lines of `format=flowed` text (RFC 3676); quoted lines join only with their own depth. */
export function unflow(text: string, deleteSpace: boolean): string {
  const out: string[] = []
  let open = false
  let depth = 0
  for (const line of text.split('\n')) {
    const marks = /^>*/.exec(line)![0].length
    const stuffed = line.slice(marks)
    const content = stuffed.startsWith(' ') ? stuffed.slice(1) : stuffed
    const prefix = marks > 0 ? `${'>'.repeat(marks)} ` : ''
    const isSignature = content === '-- '
    if (open && marks === depth && !isSignature) out[out.length - 1] += content
    else out.push(prefix + content)
    open = content.endsWith(' ') && !isSignature
    depth = marks
    if (open && deleteSpace) out[out.length - 1] = out.at(-1)!.slice(0, -1)
  }
  return out.join('\n')
}
