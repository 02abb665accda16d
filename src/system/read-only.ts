import type { Files, System } from '../model/system.ts'

/** Somebody who may only look tried to change something: a mistake of ours, not of the machine's. */
export class ReadOnlyError extends Error {
  constructor(what: string) {
    super(`only looking is allowed here: ${what}`)
    this.name = 'ReadOnlyError'
  }
}

const refuse = (name: string) => (what: unknown) => Promise.reject(new ReadOnlyError(`${name} ${String(what)}`))

/** The same machine for those who must not change it. */
export function readOnly(system: System): System {
  const files: Files = {
    read: (path) => system.files.read(path),
    look: (path, follow) => system.files.look(path, follow),
    list: (path) => system.files.list(path),
    realPath: (path) => system.files.realPath(path),
    readLink: (path) => system.files.readLink(path),
    create: refuse('create'),
    replace: refuse('replace'),
    rename: refuse('rename'),
    makeDirectory: refuse('makeDirectory'),
    claimDirectory: refuse('claimDirectory'),
    removeEmptyDirectory: refuse('removeEmptyDirectory'),
    remove: refuse('remove'),
    setMode: refuse('setMode'),
    setOwner: refuse('setOwner'),
    touch: refuse('touch'),
    flush: refuse('flush'),
  }
  // What stands in a command line may be private, so only the program itself is named.
  return { ...system, files, run: (program) => Promise.reject(new ReadOnlyError(`run ${program.argv[0]}`)) }
}
