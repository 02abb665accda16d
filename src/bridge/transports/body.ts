import type { IncomingMessage } from 'node:http'
import { limits } from '../base/limits.ts'
import type { Rejection } from './guards.ts'
import { idIn, shapeTrouble } from './message-shape.ts'

/** A JSON body, or why it is not taken. Never keeps more than the limit. */
export async function readBody(request: IncomingMessage): Promise<{ readonly value: unknown } | { readonly rejection: Rejection }> {
  const tooLarge = { rejection: { status: 413, why: `A body of more than ${limits.httpBody} bytes is not taken.` } }
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? ''))
    return { rejection: { status: 415, why: 'Content-Type must be application/json.' } }
  if (request.headers['content-encoding'] !== undefined) return { rejection: { status: 415, why: 'A compressed body is not taken.' } }
  if (Number(request.headers['content-length'] ?? 0) > limits.httpBody) return tooLarge
  const bytes = await collect(request)
  if (bytes === null) return tooLarge
  const why = shapeTrouble(bytes)
  if (why !== null) return { rejection: { status: 400, why, code: -32600, id: idIn(bytes) } }
  try {
    return { value: JSON.parse(bytes.toString('utf8')) }
  } catch {
    return { rejection: { status: 400, why: 'The body is not JSON.' } }
  }
}

/** All of a body, null when it is larger than is taken: what then still comes is dropped, so that the answer arrives. */
function collect(request: IncomingMessage): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= limits.httpBody) chunks.push(chunk)
      else {
        chunks = []
        resolve(null)
      }
    })
    request.on('end', () => resolve(Buffer.concat(chunks, size)))
    request.on('error', reject)
    request.on('close', () => reject(new Error('the request ended in the middle of its body')))
  })
}
