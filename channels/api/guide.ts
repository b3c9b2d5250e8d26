import type { GuideStep } from '../../src/contract/channel.ts'

const makeSecret = 'echo "whsec_$(openssl rand -base64 32)"'

const withToken = `curl '{callback}' \\
  -H 'Authorization: Bearer TOKEN' \\
  -H "Idempotency-Key: test-$(date +%s)" \\
  -H 'Content-Type: application/json' \\
  -d '{"sender":{"id":"user-17","name":"王芳"},"text":"空调不制冷"}'`

const signed = `SECRET='whsec_…'
ID="test-$(date +%s)"; TIME="$(date +%s)"
BODY='{"sender":{"id":"user-17","name":"王芳"},"text":"空调不制冷"}'
KEY="$(printf %s "$SECRET" | sed 's/^whsec_//' | base64 -d | od -An -v -tx1 | tr -d ' \\n')"
SIGNATURE="$(printf %s "$ID.$TIME.$BODY" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$KEY" -binary | base64)"
curl '{callback}' -H 'Content-Type: application/json' \\
  -H "webhook-id: $ID" -H "webhook-timestamp: $TIME" -H "webhook-signature: v1,$SIGNATURE" -d "$BODY"`

/** How an account is connected; the README of this channel says more. */
export const guide: readonly GuideStep[] = [
  {
    zh: '程序有两种办法证明自己，任选一种。令牌最简单，跳过这一步；要用签名（Standard Webhooks），就用这条命令生成一个密钥，填到这里，也交给程序。',
    en: 'A program proves itself in one of two ways. A token is the simplest: skip this step. For signatures (Standard Webhooks) make a secret with this command, enter it here and give it to the program.',
    fields: ['signingSecrets'],
    example: makeSecret,
  },
  {
    zh: '要把回复推送给程序，填它的地址和一个推送签名密钥（生成办法同上）；不填的话，程序按收据地址查询回复。',
    en: 'To have answers posted to the program enter its address and a secret that they are signed with (made like the one above); without them the program asks for answers by the address of its receipt.',
    fields: ['callbackUrl', 'callbackSecrets'],
  },
  {
    zh: '用令牌的：先在这里保存，再到“用户与令牌”页按“新建令牌”，范围选 intake，账号选这一个；令牌只显示一次。',
    en: 'For a token: save here, then press Make a token on the page Users and tokens, with the scope intake and this account; the token is shown only once.',
  },
  {
    zh: '程序把请求 POST 到这个地址。',
    en: 'The program posts its requests to this address.',
    part: 'callback',
  },
  {
    zh: '保存之后测试：有令牌或签名密钥才能接收请求；填了回复推送地址的，会向它推送一次测试内容。',
    en: 'Save, then test: requests are taken once there is a token or a signing secret; an address for answers is posted to once.',
    part: 'test',
  },
  {
    zh: '用签名的程序这样计算 webhook-signature，把密钥填进第一行就能在终端里运行。',
    en: 'A program that signs makes webhook-signature like this; with your secret in the first line it runs in a terminal.',
    example: signed,
  },
  {
    zh: '发一个测试请求。用令牌的，把令牌填进这条命令，在终端里运行。',
    en: 'File a test request. With a token, put it into this command and run it in a terminal.',
    part: 'wait',
    example: withToken,
  },
]
