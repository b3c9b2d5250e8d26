import type { FreshToken, TokenPort } from '../../src/contract/ports.ts'

/** How to get a token and how to see that it is no longer good. */
export interface TokenRules<T> {
  readonly name: string
  /** `refused` is the token that was just called invalid; a vendor may otherwise give the same one again. */
  readonly fetchToken: (refused?: string) => Promise<FreshToken>
  /** True when this answer says that the token was invalid or too old (WeCom 40014, 42001; Feishu 99991663). */
  readonly refused: (answer: T) => boolean
}

/**
 * Calls a vendor with its access token. When the answer says that the token is not good, a new one is fetched, once for all who
 * were told so, and the call is made once more; the second answer is returned whatever it says.
 */
export async function withToken<T>(
  tokens: TokenPort,
  rules: TokenRules<T>,
  call: (token: string) => Promise<T>,
): Promise<T> {
  const token = await tokens.get(rules.name, () => rules.fetchToken())
  const answer = await call(token)
  if (!rules.refused(answer)) return answer
  return await call(await tokens.get(rules.name, () => rules.fetchToken(token), token))
}
