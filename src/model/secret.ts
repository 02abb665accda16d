import { inspect } from 'node:util'

const DOTS = '••••••••'
const values = new WeakMap<object, unknown>()

/**
 * A value that must not be shown: a key, or anything that contains one. It prints, logs and serialises as dots.
 * Only `reveal` gives it back; the architecture test lists the files that may call it.
 */
export class Secret<T = string> {
  // Only a type-level brand: the value itself lives in a WeakMap, so no inspection of the object finds it.
  declare private readonly brand: T

  constructor(value: T) {
    values.set(this, value)
  }

  toString(): string {
    return DOTS
  }

  toJSON(): string {
    return DOTS
  }

  [inspect.custom](): string {
    return DOTS
  }
}

/** The value inside. Call it only where the value is spliced, written, or handed to a child. */
export function reveal<T>(secret: Secret<T>): T {
  return values.get(secret) as T
}
