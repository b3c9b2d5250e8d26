import { type ComponentType, type LazyExoticComponent, lazy } from 'react'
import type { IconName } from '../ui/icons.tsx'
import type { Role } from './data/session.ts'
import type { shellWords } from './words/shell.ts'

/** One page of the console: where it is, who sees it, and which key goes there. */
export interface Page {
  readonly path: string
  readonly word: keyof typeof shellWords
  readonly icon: IconName
  /** Second key after `g`. */
  readonly key: string
  readonly group: 'work' | 'manage'
  readonly roles: readonly Role[]
  readonly view: LazyExoticComponent<ComponentType>
}

const everybody: readonly Role[] = ['supervisor', 'agent', 'dispatcher', 'engineer', 'auditor']
const leads: readonly Role[] = ['supervisor', 'dispatcher']

/** All pages of the navigation, in its order. */
export const pages: readonly Page[] = [
  {
    path: '/tickets',
    word: 'tickets',
    icon: 'ticket',
    key: 't',
    group: 'work',
    roles: everybody,
    view: lazy(() => import('./pages/ticket-list.tsx')),
  },
  {
    path: '/chats',
    word: 'chats',
    icon: 'chat',
    key: 'b',
    group: 'work',
    roles: ['supervisor', 'dispatcher', 'agent'],
    view: lazy(() => import('./pages/chats.tsx')),
  },
  {
    path: '/incidents',
    word: 'incidents',
    icon: 'link',
    key: 'm',
    group: 'work',
    roles: ['supervisor', 'dispatcher', 'agent', 'auditor'],
    view: lazy(() => import('./pages/incidents.tsx')),
  },
  {
    path: '/health',
    word: 'health',
    icon: 'inbox',
    key: 'h',
    group: 'work',
    roles: ['supervisor', 'auditor'],
    view: lazy(() => import('./pages/health.tsx')),
  },
  {
    path: '/devices',
    word: 'devices',
    icon: 'device',
    key: 'd',
    group: 'work',
    roles: [...leads, 'agent'],
    view: lazy(() => import('./pages/devices.tsx')),
  },
  {
    path: '/contacts',
    word: 'contacts',
    icon: 'user',
    key: 'k',
    group: 'work',
    roles: ['supervisor', 'dispatcher', 'agent', 'auditor'],
    view: lazy(() => import('./pages/contacts.tsx')),
  },
  {
    path: '/knowledge',
    word: 'knowledge',
    icon: 'bulb',
    key: 'l',
    group: 'work',
    roles: ['supervisor', 'dispatcher', 'agent', 'auditor'],
    view: lazy(() => import('./pages/knowledge.tsx')),
  },
  {
    path: '/accounts',
    word: 'channels',
    icon: 'channel',
    key: 'c',
    group: 'manage',
    roles: ['supervisor'],
    view: lazy(() => import('./pages/channels.tsx')),
  },
  {
    path: '/staff',
    word: 'staff',
    icon: 'people',
    key: 's',
    group: 'manage',
    roles: leads,
    view: lazy(() => import('./pages/staff.tsx')),
  },
  {
    path: '/routing',
    word: 'routing',
    icon: 'route',
    key: 'r',
    group: 'manage',
    roles: leads,
    view: lazy(() => import('./pages/routing.tsx')),
  },
  {
    path: '/types',
    word: 'types',
    icon: 'form',
    key: 'y',
    group: 'manage',
    roles: ['supervisor'],
    view: lazy(() => import('./pages/types.tsx')),
  },
  {
    path: '/evaluation',
    word: 'evaluation',
    icon: 'bulb',
    key: 'v',
    group: 'manage',
    roles: ['supervisor'],
    view: lazy(() => import('./pages/evaluation.tsx')),
  },
  {
    path: '/import',
    word: 'imports',
    icon: 'upload',
    key: 'i',
    group: 'manage',
    roles: ['supervisor'],
    view: lazy(() => import('./pages/import.tsx')),
  },
  {
    path: '/users',
    word: 'users',
    icon: 'key',
    key: 'u',
    group: 'manage',
    roles: [],
    view: lazy(() => import('./pages/users.tsx')),
  },
  {
    path: '/webhooks',
    word: 'webhooks',
    icon: 'hook',
    key: 'w',
    group: 'manage',
    roles: [],
    view: lazy(() => import('./pages/webhooks.tsx')),
  },
  {
    path: '/audit',
    word: 'audit',
    icon: 'audit',
    key: 'a',
    group: 'manage',
    roles: ['auditor'],
    view: lazy(() => import('./pages/audit.tsx')),
  },
  {
    path: '/settings',
    word: 'settings',
    icon: 'settings',
    key: 'e',
    group: 'manage',
    roles: [],
    view: lazy(() => import('./pages/settings.tsx')),
  },
  {
    path: '/start',
    word: 'start',
    icon: 'list',
    key: 'o',
    group: 'manage',
    roles: [],
    view: lazy(() => import('./pages/start.tsx')),
  },
]

/** The page of one ticket; not in the navigation. */
export const TicketPage = lazy(() => import('./pages/ticket.tsx'))
/** One customer; not in the navigation. */
export const ContactPage = lazy(() => import('./pages/contact.tsx'))
/** One incident; not in the navigation. */
export const IncidentPage = lazy(() => import('./pages/incident.tsx'))
/** Labels to print; not in the navigation. */
export const LabelPage = lazy(() => import('./pages/labels.tsx'))
export const SitePage = lazy(() => import('./pages/sites.tsx'))
