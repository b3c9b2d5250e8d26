import { distanceKm, type EngineerFilter } from '../context.ts'

/** The site is within the engineer's kilometres (great circle); without a limit any place is. */
export const distance: EngineerFilter = (engineer, context) => {
  const km = distanceKm(engineer, context)
  const unknown = context.input.policy.engineers.unknownDistance === 'allow'
  return {
    ok: engineer.maxKm === null || (km === null ? unknown : km <= engineer.maxKm),
    needed: engineer.maxKm,
    found: km,
  }
}
