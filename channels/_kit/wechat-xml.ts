import { XMLParser } from 'fast-xml-parser'

/** A callback's XML as it is: every value a string, repeated elements a list. */
export interface XmlObject {
  readonly [name: string]: XmlValue | undefined
}
export type XmlValue = string | XmlObject | readonly XmlValue[]

// Numbers stay text: `007` and ids of twenty digits would change. Entities stay as they are: none is ever resolved.
const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  trimValues: false,
  processEntities: false,
  ignoreDeclaration: true,
})

/** Deepest nesting that is read: WeChat's own messages have four. */
const maxDepth = 32

/**
 * Reads the `<xml>` body of a WeChat or WeCom callback. Throws when it is not one. Declarations of entities and documents are
 * refused: vendors send none, attackers do.
 */
export function readXml(text: string): XmlObject {
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) throw new Error('a callback declares no document type')
  if (depthOf(text) > maxDepth) throw new Error('the XML is nested too deep')
  const root = (parser.parse(text) as XmlObject).xml
  if (root === undefined || typeof root !== 'object' || Array.isArray(root))
    throw new Error('there is no <xml> element')
  return root as XmlObject
}

/** The text of a child element; empty when there is none. */
export function textOf(parent: XmlObject, name: string): string {
  const value = parent[name]
  return typeof value === 'string' ? value.trim() : ''
}

/** A child element with children of its own; null when there is none. */
export function childOf(parent: XmlObject, name: string): XmlObject | null {
  const value = parent[name]
  return typeof value === 'object' && !Array.isArray(value) ? (value as XmlObject) : null
}

/** All child elements of a name, whether there is one or many. */
export function childrenOf(parent: XmlObject, name: string): readonly XmlValue[] {
  const value = parent[name]
  if (value === undefined) return []
  return Array.isArray(value) ? value : [value as XmlValue]
}

/** Text inside CDATA, which nothing in it can end. */
export function cdata(text: string): string {
  return `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`
}

function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  for (const [tag] of text.matchAll(/<!\[CDATA\[[\s\S]*?\]\]>|<\/?[A-Za-z][^>]*>/g)) {
    if (tag.startsWith('<![')) continue
    if (tag.startsWith('</')) depth--
    else if (!tag.endsWith('/>')) depth++
    if (depth > deepest) deepest = depth
  }
  return deepest
}
