import { ReadStream } from 'node:tty'
import { readStandardInput } from './standard-input.ts'
import { EXIT, TwinError, usageError } from '../../errors.ts'

/** How long a paste may pause at an empty line and still go on; a person who presses Enter there waits longer. */
const PAUSE_MS = 300
const LENGTH_MAX = 1024 * 1024

const isOpen = (text: string): boolean => (text.match(/[{[]/g)?.length ?? 0) > (text.match(/[}\]]/g)?.length ?? 0)

/**
 * What a person pastes into the terminal, up to Ctrl-D or an empty line that nothing follows. Read beside `process.stdin`,
 * which an end of input would close for the questions that come after.
 */
function readTerminal(signal: AbortSignal): Promise<string> {
  const input = new ReadStream(0)
  let text = ''
  let pause: NodeJS.Timeout | undefined
  return new Promise<string>((resolve, reject) => {
    const cancel = (): void => reject(new TwinError('cancelled', 'Cancelled; nothing was changed.', { exit: EXIT.cancelled }))
    signal.addEventListener('abort', cancel, { once: true })
    input.setEncoding('utf8')
    input.on('error', reject)
    input.on('end', () => resolve(text))
    input.on('data', (chunk: string) => {
      clearTimeout(pause)
      text += chunk
      if (text.length > LENGTH_MAX) reject(usageError('The pasted text is longer than 1 MiB.', { hint: 'mcp-twin add - < FILE' }))
      // A line without its end was sent by Ctrl-D.
      else if (!/[\r\n]$/.test(chunk)) resolve(text)
      else if (/\S[\s\S]*\n[ \t\r]*\n$/.test(text) && !isOpen(text)) pause = setTimeout(() => resolve(text), PAUSE_MS)
    })
  }).finally(() => {
    clearTimeout(pause)
    input.destroy()
  })
}

/** What is piped in, or what a person pastes; `onTerminal` tells him how. */
export async function readPastedText(signal: AbortSignal, onTerminal: () => void): Promise<string> {
  if (!process.stdin.isTTY) return readStandardInput('The text', "mcp-twin add '…'")
  onTerminal()
  return readTerminal(signal)
}
