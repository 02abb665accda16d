import { StringDecoder } from 'node:string_decoder'
import { decodeConsole } from '../../effects/machine/console.ts'

/** Bytes of a stream as they come; what it hands back is whole characters. */
export interface Decoder {
  write(bytes: Buffer): string
  end(): string
}

/** `windows`: what is no UTF-8 is in the code page of a console, and lines end as on this side. */
export const decoderOf = (kind: 'plain' | 'windows'): Decoder => (kind === 'windows' ? new ConsoleDecoder() : new StringDecoder('utf8'))

/** Windows programs print UTF-8 or the code page of their console; which, only the bytes tell. */
class ConsoleDecoder implements Decoder {
  private decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

  write(bytes: Buffer): string {
    try {
      return this.decoder.decode(bytes, { stream: true }).replaceAll('\r\n', '\n')
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      this.decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
      return decodeConsole(bytes)
    }
  }

  end(): string {
    return ''
  }
}
