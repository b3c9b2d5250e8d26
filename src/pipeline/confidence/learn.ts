import { type Calibration, mapOf, type Priors, type Sample } from './map.ts'

/**
 * What is expected of each situation before a value of it was seen, as six values would say it. Those of the model are estimates:
 * its recorded answers were written by hand, so the few cases that have one say how our own words do, not how a real model does.
 * A hub's own corrected tickets take their place as they come.
 */
export const priors: Priors = {
  rules: 0.85,
  agree: 0.95,
  'rules.alone': 0.8,
  'rules.kept': 0.55,
  'model.alone': 0.75,
  'model.kept': 0.5,
}

/** A labelled case that the rules were tuned on says less of the next conversation than one that they never saw. */
export const tunedWeight = 0.2

/** Values of a field for which the shipped map counts at most when a hub learns from its own tickets. */
const shippedWeight = 40

/** A map as samples that give it again, so that own samples can be added to what the release knows. */
function asSamples(calibration: Calibration): Sample[] {
  return Object.entries(calibration).flatMap(([by, fields]) =>
    Object.entries(fields).flatMap(([field, steps]) => {
      if (field === '*') return []
      const n = steps.reduce((sum, step) => sum + step.n, 0)
      const scale = n > shippedWeight ? shippedWeight / n : 1
      return steps.flatMap(({ from, chance, n: seen }) =>
        [true, false].map((right) => ({
          ...{ field, by, raw: from, right },
          weight: seen * scale * (right ? chance : 1 - chance),
        })),
      )
    }),
  )
}

/** A hub's own map: its corrected tickets beside what the release knows, which counts less the more of them there are. */
export function fitBeside(shipped: Calibration, own: readonly Sample[]): Calibration {
  return mapOf([...asSamples(shipped), ...own], priors)
}
