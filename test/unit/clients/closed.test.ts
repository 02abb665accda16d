import { describe, expect, it } from 'vitest'
import { closedByName, privatePaths } from '../../../src/bridge/policy/closed.ts'
import { relocated } from '../../../src/bridge/policy/lists/relocated.ts'
import { within } from '../../../src/bridge/policy/region.ts'
import { clients } from '../../../src/catalog/clients/index.ts'
import type { ClientDefinition } from '../../../src/model/client.ts'
import type { Environment } from '../../../src/model/environment.ts'
import { linux, macos, ubuntu, windows } from '../../support/launches.ts'

const filesOf = ({ file, preferredFile }: ClientDefinition, side: Environment): string[] => [
  file(side),
  ...(preferredFile === undefined ? [] : [preferredFile(side)]),
]

const isClosed = (file: string, closed: readonly string[]): boolean => closed.some((path) => within(file, path, (each) => each))

describe('the bridge keeps closed', () => {
  it.each(clients)('every config of $id', (client) => {
    if (client.project !== undefined) expect(closedByName(`/srv/project/${client.project.path}`)).toBe(true)
    for (const side of [windows, ubuntu, linux, macos].filter(({ kind }) => client.environments.includes(kind)))
      for (const file of filesOf(client, side)) expect(isClosed(file, privatePaths(side.home, side.kind)), `${side.id}: ${file}`).toBe(true)
  })

  const moved = clients.flatMap((client) => (client.variables ?? []).map((name) => ({ client, id: client.id, name })))
  it.each(moved)('the config of $id where $name moves it', ({ client, name }) => {
    const variables = { [name]: '/moved/x' }
    const file = client.file({ ...linux, variables })
    if (file !== client.file(linux)) expect(isClosed(file, relocated(variables, linux.home).closed), file).toBe(true)
  })
})
