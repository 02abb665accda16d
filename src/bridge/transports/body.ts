import type { IncomingMessage } from 'node:http'
import { limits } from '../limits.ts'
import type { Rejection } from './guards.ts'

/** A JSON body, or why it is not taken. Never keeps more than the limit. */
export async function readBody(request: IncomingMessage): Promise<{ readonly value: unknown } | { readonly rejection: Rejection }> {
  const tooLarge = { rejection: { status: 413, why: `A body of more than ${limits.httpBody} bytes is not taken.` } }
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? ''))
    return { rejection: { status: 415, why: 'Content-Type must be application/json.' } }
  if (request.headers['content-encoding'] !== undefined) return { rejection: { status: 415, why: 'A compressed body is not taken.' } }
  if (Number(request.headers['content-length'] ?? 0) > limits.httpBody) return tooLarge
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > limits.httpBody) return tooLarge
    chunks.push(chunk)
  }
  try {
    return { value: JSON.parse(Buffer.concat(chunks, size).toString('utf8')) }
  } catch {
    return { rejection: { status: 400, why: 'The body is not JSON.' } }
  }
}
