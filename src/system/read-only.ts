import type { Files, System } from '../model/system.ts'

/** A change was attempted where only reading is allowed: a bug of ours. */
export class ReadOnlyError extends Error {
  constructor(what: string) {
    super(`read-only here: ${what}`)
    this.name = 'ReadOnlyError'
  }
}

const refuse = (name: string) => (what: unknown) => Promise.reject(new ReadOnlyError(`${name} ${String(what)}`))

/** The same system without anything that changes it. */
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
  // Arguments may be private, so only the program is named.
  return { ...system, files, run: (program) => Promise.reject(new ReadOnlyError(`run ${program.argv[0]}`)) }
}
