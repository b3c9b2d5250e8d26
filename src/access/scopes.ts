/** What a token of the open API may be allowed, with a line for the person who chooses. */
export const scopes = {
  intake: 'file requests and follow them (channel account of the token)',
  'tickets:read': 'read tickets, their timeline and their files',
  'tickets:write': 'change tickets',
  'conversations:read': 'read conversations and contacts',
  'conversations:write': 'answer in conversations, change contacts',
  'directory:read': 'read staff, groups and regions',
  'directory:write': 'change staff, groups and regions',
  'catalogue:read': 'read products, devices and sites',
  'catalogue:write': 'change products, devices and sites',
  'events:read': 'follow events',
  'metrics:read': 'read /metrics',
} as const

export type Scope = keyof typeof scopes

/** All scopes. */
export const scopeNames = Object.keys(scopes) as [Scope, ...Scope[]]
