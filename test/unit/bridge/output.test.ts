import { describe, expect, it } from 'vitest'
import { Output } from '../../../src/bridge/terminal/output.ts'

const KiB = 1024
const plain = { longest: 0, part: (text: string, from: number, to: number) => text.slice(from, to), begun: () => 0 }

describe('the output of a command', () => {
  const output = new Output('plain', plain)
  const print = (times: number) => {
    for (let at = 0; at < times; at++) output.push(Buffer.alloc(KiB, 'x'), 'stdout')
  }
  const first = () => output.read(0, 1).from

  it('is kept whole up to 4 MiB and one piece', () => {
    print(4 * KiB + 64)
    expect(first()).toBe(0)
  })
  it('loses its oldest 64 KiB with the next character', () => {
    print(1)
    expect(first()).toBe(64 * KiB)
    expect(output.total).toBe((4 * KiB + 65) * KiB)
  })
  it('keeps the newest 4 MiB of a single long line', () => {
    output.push(Buffer.alloc(8 * KiB * KiB, 'y'), 'stdout')
    expect(output.read(-1, 1).text).toBe('y')
    expect(output.total - first()).toBeGreaterThanOrEqual(4 * KiB * KiB)
  })
})
