import { filledText, optionalList, optionalText, text, z } from './zod.ts'

/** Tokens of one login; `expiresAt`: when the access token ends, in ms since the epoch, where the server says so. */
const tokensSchema = z.object({
  access: filledText,
  refresh: optionalText,
  expiresAt: z.optional(z.number()),
})
export type LoginTokens = z.infer<typeof tokensSchema>

/** A login at the authorization server of one remote server, with all that renewing or revoking it needs. */
const loginSchema = z.object({
  issuer: text,
  /** What the tokens are for, as the server calls itself (RFC 8707). */
  resource: optionalText,
  tokenAddress: text,
  revocationAddress: optionalText,
  authMethods: optionalList,
  clientId: text,
  clientSecret: optionalText,
  tokens: tokensSchema,
})
export type Login = z.infer<typeof loginSchema>

/** A login that its server no longer takes. */
const endedSchema = z.object({ issuer: text, ended: z.literal(true) })

/** `logins.json`, at home only, by the address of the server. Owner-only. */
export const loginsSchema = z.object({ version: z.literal(1), logins: z.record(text, z.union([loginSchema, endedSchema])) })
export type Logins = z.infer<typeof loginsSchema>['logins']

/** What is known of the login of a server, as `list` says it. */
export type LoginState = 'in' | 'out' | 'ended'
