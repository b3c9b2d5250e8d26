import { textOf, type XmlObject } from '../../_kit/wechat-xml.ts'

/** `CreateTime`, seconds, as ms; null when it is no time. */
export function momentOf(xml: XmlObject): number | null {
  const seconds = textOf(xml, 'CreateTime')
  return /^\d{1,11}$/.test(seconds) ? Number(seconds) * 1000 : null
}
