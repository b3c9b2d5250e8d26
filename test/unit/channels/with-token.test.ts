import { describe, expect, it } from 'vitest'
import { withToken } from '../../../channels/_kit/with-token.ts'
import type { TokenPort } from '../../../src/contract/ports.ts'

function vendor(goodTokens: readonly string[]) {
  const seen: string[] = []
  const refusedTokens: (string | undefined)[] = []
  const tokens: TokenPort = {
    get: async (_name, _fetch, refused) => {
      refusedTokens.push(refused)
      return refused === undefined ? 'old' : 'new'
    },
  }
  const call = async (token: string) => {
    seen.push(token)
    return goodTokens.includes(token) ? 'sent' : 'token expired'
  }
  const rules = {
    name: 'access',
    fetchToken: () => Promise.reject(new Error('the port fetches')),
    refused: (answer: string) => answer === 'token expired',
  }
  return { run: () => withToken(tokens, rules, call), seen, refusedTokens }
}

describe('a call with an access token', () => {
  it('is made once while the token is good', async () => {
    const v = vendor(['old'])
    expect(await v.run()).toBe('sent')
    expect(v.seen).toEqual(['old'])
  })

  it('is made again with a new token when the old one was refused, which the port is told', async () => {
    const v = vendor(['new'])
    expect(await v.run()).toBe('sent')
    expect(v.seen).toEqual(['old', 'new'])
    expect(v.refusedTokens).toEqual([undefined, 'old'])
  })

  it('is made no third time', async () => {
    const v = vendor([])
    expect(await v.run()).toBe('token expired')
    expect(v.seen).toEqual(['old', 'new'])
  })
})
