import { defineCheck } from '../../core/doctor/facts.ts'
import { bySync, remedyFor } from '../../core/doctor/fix.ts'
import { entriesOf, programName } from '../../core/doctor/names.ts'
import { environmentLabel } from '../../core/participants.ts'
import type { CheckResult } from '../../model/check.ts'

/** Every entry of ours, on every side, holds the value of the store: one key is changed once. */
export const keysConsistent = defineCheck({
  id: 'keys-consistent',
  group: 'keys',
  title: 'every entry has the key of the store',
  run: (facts) => [
    ...entriesOf(facts).flatMap(({ file, each }): CheckResult[] =>
      each.keys
        .filter(({ same }) => !same)
        .map(({ key }) => {
          const remedy = remedyFor(facts, file, each.name) ?? bySync
          const message = `${programName(facts, file)} has another value than the store`
          return {
            level: 'error',
            subject: `${each.server ?? each.name}: key ${key}`,
            message,
            environment: file.environment.id,
            ...remedy,
          }
        }),
    ),
    ...facts.keys.launches.map(({ environment, server, key }): CheckResult => {
      const message = `what is kept on ${environmentLabel(environment)} to start it has another value than the store`
      return { level: 'error', subject: `${server}: key ${key}`, message, environment: environment.id, ...bySync }
    }),
    ...(facts.keys.projects ?? []).map(({ environment, project, key }): CheckResult => {
      const message = `what is kept on ${environmentLabel(environment)} for this trusted project has another value than the store`
      return { level: 'error', subject: `${project}: key ${key}`, message, environment: environment.id, ...bySync }
    }),
  ],
})
