import type { TestStep } from '../../src/contract/channel.ts'
import type { ChannelIo } from '../../src/contract/ports.ts'
import { type PhoneConfig, type Proof, proofsOf } from './config.ts'

const proofWords: Readonly<Record<Proof, { readonly zh: string; readonly en: string }>> = {
  sign: { zh: '签名', en: 'a signature' },
  key: { zh: '固定密钥', en: 'a fixed key' },
  bearer: { zh: 'Bearer 令牌', en: 'a bearer token' },
  basic: { zh: 'Basic 账号', en: 'a Basic account' },
  address: { zh: 'IP 白名单', en: 'its address' },
}

/** What can be said of the settings without a call: nothing here asks the call center, which only ever speaks first. */
export async function trial({ config, publicUrl }: ChannelIo<PhoneConfig>): Promise<readonly TestStep[]> {
  const proofs = proofsOf(config)
  const https = publicUrl?.startsWith('https:') ?? false
  const covers = !proofs.includes('sign') || /\{(?:params|body)\}/.test(config.sign.signText)
  return [
    {
      name: 'proof',
      ok: true,
      zh: `每次推送都验证：${proofs.map((proof) => proofWords[proof].zh).join('、')}。`,
      en: `Every report is proved by ${proofs.map((proof) => proofWords[proof].en).join(', ')}.`,
    },
    {
      name: 'content',
      ok: covers,
      zh: covers ? '签名方式没有问题。' : '签名没有覆盖推送内容，等同于固定密钥：请再加上 IP 白名单。',
      en: covers
        ? 'There is nothing wrong with how it is signed.'
        : 'The signature does not cover the content, so it is worth no more than a fixed key: demand the address as well.',
    },
    {
      name: 'address',
      ok: https,
      zh: https
        ? `请把回调地址（${publicUrl} 开头）填到呼叫中心的推送设置里，打一通电话即可确认。`
        : '还没有 https 的 PUBLIC_URL：呼叫中心推送不到，密钥也会明文传输。',
      en: https
        ? `Enter the callback address (it begins with ${publicUrl}) in the call center's push settings; one call then shows that it works.`
        : 'PUBLIC_URL is missing or not https: the call center cannot reach the hub, and keys would travel in the clear.',
    },
  ]
}
