import { beforeAll, describe, expect, it } from 'vitest'
import { documents } from '../../docs/documents.ts'
import { misfits } from '../../docs/shapes.ts'
import type { Planted } from '../../support/world.ts'
import { ground } from './ground.ts'

let planted: Planted
beforeAll(async () => {
  planted = await ground()
})

describe('the page of JSON documents', () => {
  // They follow one another in one home: what one makes the next one lists.
  it.each(documents)('documents each field of $title', async ({ runs, shape }) => {
    for (const { args, input, code: expected = 0 } of runs) {
      const { code, json, output } = await planted.cli([...args, '--json'], input === undefined ? {} : { input })
      expect(code, output).toBe(expected)
      expect(misfits(shape, json, args.join(' '))).toEqual([])
    }
  })
})
