/** The day of a date column, YYYY-MM-DD: the store reads it as midnight UTC, whatever the zone of this machine. */
export const dayText = (date: Date | null): string | null => date?.toISOString().slice(0, 10) ?? null
