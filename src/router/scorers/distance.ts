import { distanceKm, type EngineerScorer } from '../context.ts'

/** The distance that stands for an unknown one: behind every known. */
const unknownKm = Number.MAX_SAFE_INTEGER

/** Kilometres to the site; an unknown place comes last. */
export const distance: EngineerScorer = (engineer, context) => distanceKm(engineer, context) ?? unknownKm

/** 0 for everybody within the policy's slack of the nearest who fits, 1 for the others. */
export const near: EngineerScorer = (engineer, context, nearestKm) =>
  (distanceKm(engineer, context) ?? unknownKm) <= nearestKm + context.slackKm ? 0 : 1
