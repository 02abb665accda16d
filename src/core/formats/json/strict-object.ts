import type { FileRefusal } from '../../../model/document.ts'
import type { JsonObject } from '../../../model/entry.ts'
import { isObject } from '../../object.ts'
import { decode } from '../text/decode.ts'
import { refusing } from '../text/place.ts'
import { nodesOnPath } from './read.ts'

export type RefusedJson = { readonly ok: false; readonly refusal: FileRefusal }

/** A file in strict JSON that holds an object, such as a program's settings. */
export interface StrictObject {
  readonly ok: true
  /** Without the byte order mark. */
  readonly text: string
  readonly bom: boolean
  readonly root: JsonObject
}

/** Reads a file in strict JSON, with objects along `path` as far as they are there. No file is an empty one; what cannot be read exactly is refused. */
export function readStrict(bytes: Uint8Array | null, path: readonly string[]): StrictObject | RefusedJson {
  const decoded = decode(bytes ?? new Uint8Array())
  if (!decoded.ok) return decoded
  const { text, bom } = decoded
  if (text.trim() === '') return { ok: true, text, bom, root: {} }
  return refusing(text, () => {
    nodesOnPath(text, path, 'strict')
    const root: unknown = JSON.parse(text)
    if (!isObject(root)) throw new Error('the root was just found to be an object')
    return { ok: true, text, bom, root }
  })
}
