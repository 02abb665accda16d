import { expect, it } from 'vitest'
import { commands, lines } from '../../support/hidden-lines.ts'

it('every command and verb is tried with foreign texts that hide characters', () => {
  expect(Object.keys(lines).sort()).toEqual(commands.map(({ command }) => command).sort())
})
