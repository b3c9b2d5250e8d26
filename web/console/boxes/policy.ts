import { staffStatusWords } from '../words/directory.ts'
import {
  engineerCheckWords,
  engineerOrderWords,
  groupCheckWords,
  groupOrderWords,
  momentWords,
  shiftMomentWords,
  unknownDistanceWords,
} from '../words/policy.ts'
import { intentWords, urgencyWords } from '../words/terms.ts'
import type { Box } from './box.ts'

/** The boxes of the routing policy in their sections. A unit test holds them against its schema. */
export const policyBoxes = {
  groups: [
    { path: 'groups.checks', kind: 'choices', words: groupCheckWords },
    { path: 'groups.order', kind: 'order', words: groupOrderWords },
  ],
  emergency: [
    { path: 'emergency', kind: 'part' },
    { path: 'emergency.urgencies', kind: 'choices', words: urgencyWords },
    { path: 'emergency.checks', kind: 'choices', words: groupCheckWords },
    { path: 'emergency.order', kind: 'order', words: groupOrderWords },
  ],
  engineers: [
    { path: 'engineers.intents', kind: 'choices', words: intentWords },
    { path: 'engineers.checks', kind: 'choices', words: engineerCheckWords },
    { path: 'engineers.order', kind: 'order', words: engineerOrderWords },
    { path: 'engineers.slackKm.default', kind: 'number', unit: 'km' },
    { path: 'engineers.slackKm.byUrgency', kind: 'table', words: urgencyWords, unit: 'km' },
    { path: 'engineers.unknownDistance', kind: 'choice', words: unknownDistanceWords },
    { path: 'engineers.statuses', kind: 'choices', words: staffStatusWords },
    { path: 'engineers.shiftMoment', kind: 'choice', words: shiftMomentWords },
    { path: 'engineers.certificates', kind: 'lists' },
  ],
  general: [
    { path: 'moment', kind: 'choice', words: momentWords },
    { path: 'timeZone', kind: 'zone' },
    { path: 'mainLanguage', kind: 'text' },
    { path: 'name', kind: 'text' },
  ],
} as const satisfies Record<string, readonly Box[]>
