import type { rename as spec } from '../cli/specs/rename.ts'
import type { Run } from '../context.ts'
import { renamedIn } from '../core/export/compare.ts'
import { lookUp } from '../core/lookup.ts'
import { usageError } from '../errors.ts'
import { changeManifest } from './change.ts'
import { demandServer, isLeftOver, refuseBadName } from './servers.ts'

/** Gives a server another name, in the manifest and in every config. */
export const run: Run<typeof spec> = (context, [old = '', fresh = ''], options) =>
  changeManifest(context, options, async (situation) => {
    const { manifest } = situation
    const about = [old, fresh]
    if (isLeftOver(situation, old) && lookUp(manifest.servers, fresh) !== undefined) return { about, changes: [] }
    demandServer(manifest, old)
    if (old === fresh) return { about, changes: [] }
    refuseBadName(fresh)
    if (lookUp(manifest.servers, fresh) !== undefined)
      throw usageError(`The manifest already has a server "${fresh}".`, {
        hint: `choose another name, or take that one out first: mcp-twin remove ${fresh}`,
      })
    return {
      about,
      changes: [{ kind: 'rename', path: ['servers', old], name: fresh }],
      imported: renamedIn(situation.state.imported, old, fresh),
    }
  })
