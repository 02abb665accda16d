import { expect, it } from 'vitest'
import { namesOf, type VerbSpec } from '../../../src/model/command-line.ts'
import { dryRuns, ofTheStore, writers } from '../../support/dry-runs.ts'

it('--dry-run is taken by every command that writes, and each is tried', () => {
  const takes = ({ options = [] }: VerbSpec): boolean => options.some((option) => namesOf(option).includes('--dry-run'))
  expect(writers.filter(([, spec]) => !takes(spec)).map(([name]) => name)).toEqual([])
  expect(writers.map(([name]) => name).sort()).toEqual(Object.keys({ ...dryRuns, ...ofTheStore }).sort())
})
