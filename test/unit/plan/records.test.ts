import { expect, it } from 'vitest'
import { withRecord } from '../../../src/core/plan/records.ts'
import type { FileState, State } from '../../../src/model/state.ts'

const name = (file: string) => ({ environment: 'windows', client: 'claude-desktop', file })
const record = (digest: string): FileState => ({ entries: { x: { server: 'x', digest } } })
const filesOf = (state: State) => Object.keys(state.files.windows?.['claude-desktop'] ?? {})

it('keeps the last written file at the end: there a program was last looked for', () => {
  const empty: State = { version: 1, files: {} }
  const both = withRecord(withRecord(empty, name('a'), record('1')), name('b'), record('1'))
  expect(filesOf(both)).toEqual(['a', 'b'])
  expect(filesOf(withRecord(both, name('a'), record('2')))).toEqual(['b', 'a'])
  expect(withRecord(both, name('a'), record('1'))).toBe(both)
})
