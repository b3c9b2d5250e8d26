import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cdata, childOf, childrenOf, readXml, textOf } from '../../../channels/_kit/wechat-xml.ts'
import { wechatOaChannel } from '../../../channels/wechat-oa/index.ts'
import { wecomChannel } from '../../../channels/wecom/index.ts'
import { wecomKfChannel } from '../../../channels/wecom-kf/index.ts'
import { sample, samplesAreHere } from './samples.ts'

describe('the XML of a callback', () => {
  it('keeps numbers as they were written', () => {
    const xml = readXml('<xml><TaskId>007</TaskId><MsgId>12345678901234567890</MsgId></xml>')
    expect([textOf(xml, 'TaskId'), textOf(xml, 'MsgId')]).toEqual(['007', '12345678901234567890'])
  })

  it('gives back any text that was put into CDATA', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const plain = text.replaceAll('\r', '')
        const xml = readXml(`<xml><Content>${cdata(plain)}</Content></xml>`)
        expect(textOf(xml, 'Content')).toBe(plain.trim())
      }),
    )
  })

  it('reads one child and many children alike', () => {
    const one = readXml('<xml><List><Item><A>1</A></Item></List></xml>')
    const two = readXml('<xml><List><Item><A>1</A></Item><Item><A>2</A></Item></List></xml>')
    expect(childrenOf(childOf(one, 'List')!, 'Item')).toHaveLength(1)
    expect(childrenOf(childOf(two, 'List')!, 'Item')).toHaveLength(2)
    expect(childOf(one, 'Nothing')).toBeNull()
  })

  it('refuses entities, document types, deep nesting and what is no callback', () => {
    const bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xml><Content>&b;</Content></xml>'
    const deep = `<xml>${'<a>'.repeat(50_000)}${'</a>'.repeat(50_000)}</xml>`
    for (const text of [bomb, deep, '', 'hello', '<other></other>', '<xml>', '{"a":1}']) {
      expect(() => readXml(text), text.slice(0, 40)).toThrow()
    }
  })

  it('reads 32 levels and not one more', () => {
    const nested = (levels: number) => `<xml>${'<a>'.repeat(levels - 1)}${'</a>'.repeat(levels - 1)}</xml>`
    expect(() => readXml(nested(32))).not.toThrow()
    expect(() => readXml(nested(33))).toThrow()
  })

  // Each of these would keep a reader busy for minutes that looks for the end of every tag from its beginning.
  it.each([
    ['<a', 1],
    ['</a', 1],
    ['<a b="', 2],
    ['<![CDATA[', 4],
  ])('of endless %s is done with at once, for nobody knows yet who sent it', (hostile, megabytes) => {
    expect(() => readXml(`<xml>${hostile.repeat((megabytes * 1024 * 1024) / hostile.length)}`)).toThrow()
  })

  it('is taken up to 64 kB by every endpoint that reads it before it checks the signature', () => {
    for (const { kind, capabilities } of [wecomChannel, wecomKfChannel, wechatOaChannel]) {
      expect({ kind, bytes: capabilities.maxRequestBytes }).toEqual({ kind, bytes: 64 * 1024 })
    }
  })

  it('never resolves an entity', () => {
    expect(textOf(readXml('<xml><Content>&lt;&#x41;&amp;</Content></xml>'), 'Content')).toBe(
      '&lt;&#x41;&amp;',
    )
  })

  it('throws nothing but errors, whatever it is given', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const input of [text, `<xml>${text}</xml>`, `<xml><A>${text}`]) {
          try {
            readXml(input)
          } catch (error) {
            expect(error).toBeInstanceOf(Error)
          }
        }
      }),
    )
  })
})

describe.skipIf(!samplesAreHere)(
  'the public callbacks (left out where ../shared/samples is not there)',
  () => {
    it('are all read, with the sender and the type that stand in them', () => {
      const rows = samplesAreHere ? sample('payloads/wechat_wecom_xml.jsonl').trim().split('\n') : []
      expect(rows.length).toBeGreaterThan(60)
      for (const row of rows) {
        const { xml, id } = JSON.parse(row) as { xml: string; id: string }
        if (!/<xml/.test(xml)) continue
        const read = readXml(xml)
        const type = /<MsgType>(?:<!\[CDATA\[)?([^\]<]*)/.exec(xml)?.[1]?.trim()
        expect({ id, type: textOf(read, 'MsgType') }).toEqual({ id, type: type ?? '' })
      }
    })
  },
)
