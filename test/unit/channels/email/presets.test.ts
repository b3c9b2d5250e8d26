import { describe, expect, it } from 'vitest'
import { emailConfigSchema } from '../../../../channels/email/config.ts'
import { presetOf, presets } from '../../../../channels/email/presets.ts'

describe('the presets of providers', () => {
  it.each(presets)('$key gives settings that the channel accepts', ({ imap, smtp, oauth, signIn }) => {
    const address = 'support@example.com'
    const secret =
      signIn === 'oauth'
        ? {
            oauthTokenUrl: oauth!.tokenUrl,
            oauthScope: oauth!.scope,
            oauthClientId: 'id',
            oauthRefreshToken: 'token',
          }
        : { password: 'code' }
    expect(emailConfigSchema.safeParse({ address, imap, smtp, ...secret }).success).toBe(true)
  })

  it('are found by an address whose domain names its provider', () => {
    expect(presetOf('Support@Foxmail.com')?.key).toBe('qq')
    expect(presetOf('a@outlook.com')?.signIn).toBe('oauth')
    expect(presetOf('a@corp.example')).toBeUndefined()
  })

  it('name each domain and key once', () => {
    const domains = presets.flatMap((preset) => preset.domains)
    expect(new Set(domains).size).toBe(domains.length)
    expect(new Set(presets.map((preset) => preset.key)).size).toBe(presets.length)
  })
})

describe('the settings of an e-mail account', () => {
  const servers = { imap: { host: 'imap.example' }, smtp: { host: 'smtp.example' } }

  it('need a password or complete OAuth settings', () => {
    const address = 'a@b.example'
    const accepts = (secret: object) =>
      emailConfigSchema.safeParse({ address, ...servers, ...secret }).success
    expect(accepts({})).toBe(false)
    expect(accepts({ oauthTokenUrl: 'https://id.example', oauthClientId: 'x' })).toBe(false)
    expect(accepts({ password: 'x' })).toBe(true)
  })
})
