import { defineCheck } from '../../core/doctor/facts.ts'
import { quoted } from '../../core/doctor/names.ts'

/** Every server that is reached by a login has one. */
export const loggedIn = defineCheck({
  id: 'logged-in',
  group: 'keys',
  title: 'every server that needs a login has one',
  run: ({ logins }) =>
    logins.trouble !== null
      ? [{ level: 'error', subject: 'logins.json', message: logins.trouble.message, fix: logins.trouble.fix }]
      : logins.lacking.map(({ server, state }) => ({
          level: 'error',
          subject: server,
          message: state === 'ended' ? 'its login has ended' : 'nobody is logged in to it',
          fix: `mcp-twin login ${quoted(server)}`,
        })),
})
