import { z } from 'zod'
import type { JsonObject } from '../kernel/json.ts'
import { uploadedSchema } from './media.ts'
import { passwordChangeSchema, sessionSchema, signInSchema } from './session-routes.ts'

/** A route that is neither a command nor a query, for the API's documentation. */
export interface OtherRoute {
  readonly name: string
  readonly method: 'get' | 'post'
  readonly path: string
  readonly title: string
  readonly input?: z.ZodType
  readonly output?: z.ZodType
  /** Further members of the OpenAPI operation. */
  readonly more?: JsonObject
}

const nothing = z.object({})
const json = (schema: JsonObject): JsonObject => ({ 'application/json': { schema } })

/** A route that answers a file. */
function file(name: string, path: string, title: string): OtherRoute {
  return {
    name,
    method: 'get',
    path,
    title,
    more: {
      parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
      responses: { '200': { description: 'The content.', content: { '*/*': {} } } },
    },
  }
}

/** All of them. */
export const otherRoutes: readonly OtherRoute[] = [
  {
    name: 'session.signIn',
    method: 'post',
    path: '/api/session/signIn',
    title: 'Signs a person in; sets the session cookie',
    input: signInSchema,
    output: sessionSchema,
    more: { security: [] },
  },
  {
    name: 'session.me',
    method: 'get',
    path: '/api/session/me',
    title: 'Who is signed in',
    output: sessionSchema,
  },
  {
    name: 'session.signOut',
    method: 'post',
    path: '/api/session/signOut',
    title: 'Ends this session',
    input: nothing,
    output: nothing,
  },
  {
    name: 'session.signOutEverywhere',
    method: 'post',
    path: '/api/session/signOutEverywhere',
    title: 'Ends all sessions of the person',
    input: nothing,
    output: nothing,
  },
  {
    name: 'session.changePassword',
    method: 'post',
    path: '/api/session/changePassword',
    title: 'Changes the own password; ends all other sessions',
    input: passwordChangeSchema,
    output: sessionSchema,
  },
  {
    name: 'media.upload',
    method: 'post',
    path: '/api/media',
    title: 'Stores a file for a later command; answers its hash and the type that its content shows',
    output: uploadedSchema,
    more: {
      requestBody: {
        required: true,
        content: {
          'multipart/form-data': {
            schema: {
              type: 'object',
              required: ['file'],
              properties: { file: { type: 'string', format: 'binary' } },
            },
          },
        },
      },
    },
  },
  file('media.file', '/api/media/{id}', 'A file of a conversation by its content hash; ranges are answered'),
  file(
    'attachment.file',
    '/api/attachments/{id}',
    'An attachment by its id; `?download=1` never shows it in place',
  ),
  file('message.html', '/api/messages/{id}/html', "A mail's HTML as a page for a sandboxed frame"),
  {
    name: 'events.follow',
    method: 'get',
    path: '/api/events',
    title: 'Server-sent events; resumes after Last-Event-ID or ?after=',
    more: {
      parameters: [{ name: 'after', in: 'query', required: false, schema: { type: 'integer' } }],
      responses: { '200': { description: 'The stream.', content: { 'text/event-stream': {} } } },
    },
  },
  {
    name: 'channel.deliver',
    method: 'post',
    path: '/channels/{kind}/{accountId}',
    title: "A delivery to a channel account, in the vendor's own form",
    more: {
      security: [],
      description:
        'Verified by the channel over the raw bytes. Answered after the content is stored durably.',
      parameters: ['kind', 'accountId'].map((name) => ({
        name,
        in: 'path',
        required: true,
        schema: { type: 'string' },
      })),
      requestBody: { content: { '*/*': {} } },
      responses: {
        default: { description: "The channel's own answer.", content: json({}) },
      },
    },
  },
]
