/** A repository that cannot be read, with the reason as a clause: what there is about it. */
export class UnreadableRepository extends Error {
  constructor(reason: string) {
    super(reason)
    this.name = 'UnreadableRepository'
  }
}

/** Returns the error for bytes that are not what git writes. */
export const damaged = (what: string): UnreadableRepository => new UnreadableRepository(`${what} is damaged`)
