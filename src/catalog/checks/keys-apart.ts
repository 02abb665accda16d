import { defineCheck } from '../../core/doctor/facts.ts'
import { apartKeys } from '../../core/manifest/apart-keys.ts'
import { environmentLabel, meansEnvironment } from '../../core/participants.ts'

/** Two keys where one may be meant: a change of the one leaves the other as it was. */
export const keysApart = defineCheck({
  id: 'keys-apart',
  group: 'keys',
  title: 'no server has two keys where one may be meant',
  // A project's manifest says which keys it asks for, to whoever has it.
  run: ({ input, manifest }) =>
    (manifest.project === null ? apartKeys(input.manifest.servers) : []).map(({ servers: [first, second], key, other, side }) => {
      const fix = `mcp-twin secret merge ${other} ${key}`
      if (side === null)
        return {
          level: 'info',
          subject: `${first}, ${second}`,
          message: `${first} uses the key ${key} and ${second} uses ${other}; ${key} for both: ${fix}`,
        } as const
      const environment = input.world.environments.find((each) => meansEnvironment(side, each))
      const where = environment === undefined ? side : environmentLabel(environment)
      const message = `${where} uses the key ${other}, every other side ${key}; a new value of one does not reach the other`
      return { level: 'warning', subject: first, message, fix } as const
    }),
})
