import type { FileRefusal } from '../../../model/document.ts'

/**
 * Why a text is not what its dialect allows, at an offset. Thrown by the scanner and caught by the readers of this
 * folder, which turn it into a Refusal: it never leaves the folder.
 */
export class Problem extends Error {
  readonly code: FileRefusal['code']
  readonly offset: number

  constructor(code: FileRefusal['code'], offset: number, reason: string) {
    super(reason)
    this.name = 'Problem'
    this.code = code
    this.offset = offset
  }
}
