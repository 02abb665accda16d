import type { Files, System } from '../../../src/model/system.ts'

/** A machine whose `n`-th call of the file system fails with `code`; the first is 1. */
export interface Faulty {
  readonly system: System
  /** The call that failed; null while none has. */
  failed(): string | null
}

export function failing(system: System, n: number, code: string, isCounted: (name: string) => boolean = () => true): Faulty {
  let calls = 0
  let failed: string | null = null
  const wrap =
    <A extends unknown[], T>(name: string, work: (...given: A) => Promise<T>) =>
    async (...given: A): Promise<T> => {
      if (isCounted(name) && ++calls === n) {
        failed = `${name} ${String(given[0])}`
        throw Object.assign(new Error(`${code}: planted, ${failed}`), { code })
      }
      return work(...given)
    }
  const { files } = system
  const wrapped: Files = {
    read: wrap('read', files.read),
    look: wrap('look', files.look),
    list: wrap('list', files.list),
    realPath: wrap('realPath', files.realPath),
    readLink: wrap('readLink', files.readLink),
    create: wrap('create', files.create),
    replace: wrap('replace', files.replace),
    rename: wrap('rename', files.rename),
    makeDirectory: wrap('makeDirectory', files.makeDirectory),
    claimDirectory: wrap('claimDirectory', files.claimDirectory),
    removeEmptyDirectory: wrap('removeEmptyDirectory', files.removeEmptyDirectory),
    remove: wrap('remove', files.remove),
    setMode: wrap('setMode', files.setMode),
    setOwner: wrap('setOwner', files.setOwner),
    touch: wrap('touch', files.touch),
    flush: wrap('flush', files.flush),
  }
  return { system: { ...system, files: wrapped }, failed: () => failed }
}
