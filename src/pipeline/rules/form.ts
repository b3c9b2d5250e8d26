import type { Evidence, ExtractedField, ExtractionInput } from '../../contract/extraction.ts'
import type { Address, Appointment, FieldName, TicketFields } from '../../contract/ticket.ts'
import type { JsonValue } from '../../kernel/json.ts'

/** Fields that a person may fill in by name, and what a value of each looks like. */
const readers: { readonly [K in FieldName]?: (value: JsonValue) => TicketFields[K] | null } = {
  contact_name: text,
  phone: text,
  address: toAddress,
  product_category: text,
  device_model: text,
  serial_number: text,
  order_number: text,
  fault_description: text,
  appointment: toAppointment,
}

function text(value: JsonValue): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null
}

function part(value: JsonValue | undefined): string | null {
  return value === undefined ? null : text(value)
}

function toAddress(value: JsonValue): Address | null {
  const none = { province: null, city: null, district: null, adcode: null }
  if (typeof value === 'string') return value.trim() === '' ? null : { ...none, detail: value.trim() }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return null
  const address = {
    province: part(value.province),
    city: part(value.city),
    district: part(value.district),
    detail: part(value.detail),
    adcode: part(value.adcode),
  }
  return Object.values(address).some((v) => v !== null) ? address : null
}

function toAppointment(value: JsonValue): Appointment | null {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return null
  const appointment = { start: part(value.start), end: part(value.end) }
  return appointment.start || appointment.end ? appointment : null
}

/** The value of one submitted field, as the ticket holds it; null when there is none. */
export function readFormField(name: string, value: JsonValue): unknown {
  return readers[name as FieldName]?.(value) ?? null
}

/** What people filled in by name; the newest submission wins. */
export function formFields(input: ExtractionInput): { [K in FieldName]?: ExtractedField<TicketFields[K]> } {
  const fields: Record<string, ExtractedField> = {}
  for (const turn of input.turns) {
    for (const [name, value] of Object.entries(turn.form ?? {})) {
      const read = readFormField(name, value)
      if (read === null) continue
      const evidence: Evidence = { kind: 'form', turn: turn.id, field: name }
      fields[name] = { value: read, evidence: [evidence], method: 'form', confidence: 1, verdict: 'accepted' }
    }
  }
  return fields as { [K in FieldName]?: ExtractedField<TicketFields[K]> }
}
