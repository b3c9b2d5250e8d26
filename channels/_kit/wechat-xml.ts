import { XMLParser } from 'fast-xml-parser'

/** A callback's XML as it is: every value a string, repeated elements a list. */
export interface XmlObject {
  readonly [name: string]: XmlValue | undefined
}
export type XmlValue = string | XmlObject | readonly XmlValue[]

/**
 * Largest callback that is read, bytes. It is read before anybody knows who sent it; the vendors' own are a few kB, and a text of 4,000
 * characters beside its sealed copy (WeChat's compatible mode) is under 30.
 */
export const callbackBytes = 64 * 1024

/** Deepest nesting that is read: WeChat's own messages have four. */
const maxDepth = 32

// Numbers stay text: `007` and ids of twenty digits would change. Entities stay as they are: none is ever resolved.
const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  trimValues: false,
  processEntities: false,
  ignoreDeclaration: true,
  // The parser counts what stands open around an element, so the element itself is one more.
  maxNestedTags: maxDepth - 1,
})

/**
 * Reads the `<xml>` body of a WeChat or WeCom callback. Throws when it is not one. Declarations of entities and documents are
 * refused: vendors send none, attackers do. The time grows with the length alone: whoever knows the address may send anything.
 */
export function readXml(text: string): XmlObject {
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) throw new Error('a callback declares no document type')
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
