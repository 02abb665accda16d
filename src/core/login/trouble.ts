/** Why there is no login, in words for a person; they hold nothing that is secret. */
export class LoginTrouble extends Error {
  constructor(words: string, cause?: unknown) {
    super(words, cause === undefined ? undefined : { cause })
    this.name = 'LoginTrouble'
  }
}

/** Nobody is logged in, or the server ended the login. */
export const needsLogin = (server: string): LoginTrouble => new LoginTrouble(`${server} needs a login → mcp-twin login ${server}`)
