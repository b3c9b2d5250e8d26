/** A point with its coordinate reference system; Chinese maps and phones give gcj02, GPS and files wgs84. */
export interface Point {
  readonly lat: number
  readonly lng: number
  readonly crs: 'wgs84' | 'gcj02'
}

const earthRadiusM = 6_371_008.8

/** Great-circle distance in metres between two points of the same reference system (haversine). */
export function distanceM(a: Point, b: Point): number {
  const rad = Math.PI / 180
  const dLat = (b.lat - a.lat) * rad
  const dLng = (b.lng - a.lng) * rad
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * Math.sin(dLng / 2) ** 2
  return 2 * earthRadiusM * Math.asin(Math.min(1, Math.sqrt(h)))
}
