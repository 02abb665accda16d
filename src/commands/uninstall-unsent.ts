import { arch } from 'node:os'
import type { Context } from '../context.ts'
import { count } from '../core/count.ts'
import { layout } from '../core/layout.ts'
import { toHere } from '../core/paths.ts'
import type { HomeContext } from './at-home.ts'

/** How many writes of this machine the store server lacks. The store is opened only where there is one. */
export async function unsentHere({ system }: Context, { home: { environment, folder } }: HomeContext): Promise<number> {
  const bridge = toHere(environment, layout(environment, folder).bridge)
  if (bridge === null || (await system.files.look(bridge)) === null) return 0
  const { unsentIn } = await import('../bridge/start/examine-server.ts')
  return unsentIn({ folder: bridge, platform: system.platform }, arch())
}

/** Before they are deleted. */
export const unsentWords = (unsent: number): string[] =>
  unsent === 0
    ? []
    : [
        `${count(unsent, 'write is', 'writes are')} on this machine alone and would be lost. To send ${unsent === 1 ? 'it' : 'them'} first, once the store server is reached: mcp-twin store`,
      ]

/** After they were deleted. */
export const lostWords = (unsent: number, isStopped: boolean): string[] =>
  unsent === 0 || isStopped ? [] : [`${count(unsent, 'write was', 'writes were')} not on the store server, and went with the store`]
