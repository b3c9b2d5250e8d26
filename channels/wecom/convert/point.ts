/** Latitude and longitude as callbacks write them; null when they are none. */
export function pointOf(latitude: string, longitude: string): { lat: number; lng: number } | null {
  if (latitude === '' || longitude === '') return null
  const [lat, lng] = [Number(latitude), Number(longitude)]
  return Math.abs(lat) <= 90 && Math.abs(lng) <= 180 ? { lat, lng } : null
}
