/** Headers of everything that people or pages ask for. `https`: the world reaches the hub over https. */
export function securityHeaders(https: boolean): Readonly<Record<string, string>> {
  return {
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'geolocation=(self), microphone=(self), camera=(self)',
    ...(https ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  }
}
