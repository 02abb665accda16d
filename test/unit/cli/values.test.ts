import { describe, expect, it } from 'vitest'
import { specs } from '../../../src/cli/specs/index.ts'
import { readValue } from '../../../src/cli/values.ts'
import { namesOf } from '../../../src/model/command-line.ts'

const numbered = specs.flatMap(({ name, options = [], verbs = [] }) =>
  [{ name, options }, ...verbs.map((verb) => ({ name: `${name} ${verb.name}`, options: verb.options ?? [] }))].flatMap((typed) =>
    typed.options.flatMap((option) =>
      option.least === undefined ? [] : [[`${typed.name} ${namesOf(option)[0]}`, option, option.least] as const],
    ),
  ),
)

describe('a flag that takes a number', () => {
  it.each(numbered)('takes its least one, and none below: %s', (_name, option, least) => {
    expect(readValue(option, String(least), undefined, 'help')).toBe(least)
    expect(() => readValue(option, String(least - 1), undefined, 'help')).toThrow(`takes a whole number from ${least}`)
  })
})

describe('a flag that takes several names', () => {
  const several = { flags: '--tools <names>', description: 'tools', many: 'words', choices: ['files', 'memory', 'search'] } as const

  it('takes them with blanks and empty places between commas, after what it held', () => {
    expect(readValue(several, ' files , memory,, ', ['search'], 'help')).toEqual(['search', 'files', 'memory'])
  })

  it.each(['', ' , '])('wants at least one: %j', (text) => {
    expect(() => readValue(several, text, undefined, 'help')).toThrow('a name is required')
  })

  it('names the choices when one of them is none', () => {
    expect(() => readValue(several, 'files,nosuch', undefined, 'help')).toThrow('Allowed choices are files, memory, search.')
  })
})
