/** Names us to the map services, as their documents ask. */
const source = 'yitong'

/**
 * Links that open a place in the maps that people have: the app where it is installed, else the vendor's page. The point is in
 * GCJ-02, which Amap and Tencent draw themselves and Baidu is told of; without one the address is looked for.
 */
export function mapLinks(
  address: string | null,
  point: { readonly lat: number; readonly lng: number } | null,
): { readonly amap: string; readonly tencent: string; readonly baidu: string } | null {
  if (!address && !point) return null
  const name = address ?? ''
  const url = (base: string, params: Readonly<Record<string, string>>) =>
    `${base}?${new URLSearchParams(params).toString()}`
  if (!point) {
    return {
      amap: url('https://uri.amap.com/search', { keyword: name, src: source, callnative: '1' }),
      tencent: url('https://apis.map.qq.com/uri/v1/search', { keyword: name, referer: source }),
      baidu: url('https://api.map.baidu.com/geocoder', {
        address: name,
        output: 'html',
        src: `webapp.${source}.hub`,
      }),
    }
  }
  const [lat, lng] = [point.lat.toFixed(6), point.lng.toFixed(6)]
  // `;` and `:` part the members of Tencent's marker.
  const plain = name.replace(/[;:；：]/g, ' ') || `${lat},${lng}`
  return {
    amap: url('https://uri.amap.com/marker', {
      ...{ position: `${lng},${lat}`, name: plain, coordinate: 'gaode', src: source, callnative: '1' },
    }),
    tencent: url('https://apis.map.qq.com/uri/v1/marker', {
      marker: `coord:${lat},${lng};title:${plain};addr:${plain}`,
      referer: source,
    }),
    baidu: url('https://api.map.baidu.com/marker', {
      ...{ location: `${lat},${lng}`, title: plain, content: plain, coord_type: 'gcj02', output: 'html' },
      src: `webapp.${source}.hub`,
    }),
  }
}
