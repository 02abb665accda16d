import { expect, it } from 'vitest'
import { clientById } from '../../../src/catalog/clients/index.ts'
import { programRuns } from '../../../src/effects/sync/running-clients.ts'
import type { Environment } from '../../../src/model/environment.ts'
import { linux, windows } from '../../support/launches.ts'
import { fake } from './fake.ts'

const runs = (client: string, side: Environment, program: string): Promise<boolean | null> => {
  const definition = clientById(client)
  if (definition === null) throw new Error(client)
  return programRuns(fake(), { environments: [{ ...side, running: [program] }] }, side.id, definition)
}

it('a running program of Windows is recognised in any case of its letters', async () => {
  expect(await runs('cursor', windows, 'CURSOR.EXE')).toBe(true)
  expect(await runs('cursor', windows, 'Code.exe')).toBe(false)
})

it('elsewhere the case of letters tells the app Claude from the program claude', async () => {
  expect(await runs('claude-desktop', linux, 'Claude')).toBe(true)
  expect(await runs('claude-desktop', linux, 'claude')).toBe(false)
})
