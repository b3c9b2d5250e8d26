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

/** Semi-major axis (m) and squared eccentricity of the Krasovsky 1940 ellipsoid, on which GCJ-02 shifts points. */
const [krasovskyM, krasovskyE2] = [6_378_245, 0.006_693_421_622_965_943]

/** The slow waves that latitude and longitude have in common. */
function waves(x: number, y: number, alongX: boolean): number {
  const { PI } = Math
  const sin = (turns: number) => Math.sin(turns * PI)
  const fast = (20 * sin(6 * x) + 20 * sin(2 * x)) * 2
  return alongX
    ? (fast + (20 * sin(x) + 40 * sin(x / 3)) * 2 + (150 * sin(x / 12) + 300 * sin(x / 30)) * 2) / 3
    : (fast + (20 * sin(y) + 40 * sin(y / 3)) * 2 + (160 * sin(y / 12) + 320 * sin(y / 30)) * 2) / 3
}

/** A point as Chinese maps draw it; within centimetres of what they publish. Outside of China both systems are the same. */
export function toGcj02(point: Point): Point {
  const { lat, lng } = point
  const outside = lng < 72.004 || lng > 137.8347 || lat < 0.8293 || lat > 55.8271
  if (point.crs === 'gcj02' || outside) return { lat, lng, crs: 'gcj02' }
  const [x, y] = [lng - 105, lat - 35]
  const root = Math.sqrt(Math.abs(x))
  const north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + waves(x, y, false)
  const east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + waves(x, y, true)
  const rad = lat * (Math.PI / 180)
  const w2 = 1 - krasovskyE2 * Math.sin(rad) ** 2
  const meridianM = (krasovskyM * (1 - krasovskyE2)) / (w2 * Math.sqrt(w2))
  const parallelM = (krasovskyM / Math.sqrt(w2)) * Math.cos(rad)
  const degrees = 180 / Math.PI
  return { lat: lat + (north / meridianM) * degrees, lng: lng + (east / parallelM) * degrees, crs: 'gcj02' }
}
