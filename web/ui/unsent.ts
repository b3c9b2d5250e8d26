/** What stays of a text when `sent` of it is on its way: what was typed on; all of it when it became another text. */
export function unsent(text: string, sent: string): string {
  return text.startsWith(sent) ? text.slice(sent.length).trimStart() : text
}
