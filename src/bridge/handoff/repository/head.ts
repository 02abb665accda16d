import { packedReference, referenceIn, shortName } from '../../../core/git/refs.ts'
import { damaged } from '../../../core/git/unreadable.ts'
import { limits } from '../../base/limits.ts'
import { type GitDirectories, small, smallBelow } from './directory.ts'

/** What is checked out. */
export interface Head {
  /** Null: no branch. */
  readonly branch: string | null
  /** Null: no commit yet. */
  readonly commit: string | null
}

/** References that name references are followed so far, as git does. */
const mostNames = 5

/** Reads which branch and commit are checked out. Throws UnreadableRepository, and a Refusal. */
export async function headOf({ own, common }: Pick<GitDirectories, 'own' | 'common'>): Promise<Head> {
  let reference = referenceIn(await small(own, 'HEAD'))
  const branch = 'name' in reference ? shortName(reference.name) : null
  for (let left = mostNames; 'name' in reference; left--) {
    if (left === 0) throw damaged('its HEAD or branch')
    const loose = await smallBelow(common, reference.name.split('/'))
    const packed = loose === null ? await common.read('packed-refs', limits.gitPackedRefs) : null
    const id = packed === null ? null : packedReference(packed.toString('latin1'), reference.name)
    if (loose === null && id === null) return { branch, commit: null }
    reference = loose === null ? { id: id ?? '' } : referenceIn(loose)
  }
  return { branch, commit: reference.id }
}
