import { textOf } from '../shape.ts'
import type { Converter } from './converted.ts'

/** `{"name": "世纪大道1号", "longitude": "121.5", "latitude": "31.2"}`, as Chinese maps count (GCJ-02). */
export const location: Converter = (content) => {
  const lat = degrees(textOf(content.latitude), 90)
  const lng = degrees(textOf(content.longitude), 180)
  const label = textOf(content.name)
  if (lat === null || lng === null) return label ? { kind: 'location', text: label } : null
  return {
    kind: 'location',
    text: label,
    location: { lat, lng, crs: 'gcj02', ...(label ? { label } : {}) },
  }
}

function degrees(text: string, limit: number): number | null {
  const value = Number(text)
  return text.trim() !== '' && Math.abs(value) <= limit ? value : null
}
