import { describe, expect, it } from 'vitest'
import { limits } from '../../../src/bridge/base/limits.ts'
import { pluginLimits } from '../../../src/bridge/plugins/limits.ts'
import { bytesMax, runsMax } from '../../../src/effects/store/retention.ts'

const KiB = 1024
const MiB = 1024 * KiB

// Other programs, pages and people count on these: a change of one is a decision, and not a slip.
describe('bounds that are promised', () => {
  it.each([
    ['a handoff', limits.handoffBytes, 2 * MiB],
    ['a note, a question, an answer', limits.noteBytes, 64 * KiB],
    ['open handoffs of one sender', limits.handoffsOpen, 2000],
    ['open questions of one sender', limits.questionsOpen, 2000],
    ['all handoffs', limits.handoffsBytes, 256 * MiB],
    ['how long a handoff that is done stays', limits.handoffAgeMs, 90 * 24 * 60 * 60 * 1000],
    ['an item of the inbox', limits.inboxCharacters, 2000],
    ['a note in an answer of wait_for_change', limits.changeNote, 80],
    ['an answer without max_tokens', limits.answerTokens, 20_000],
    ['max_tokens of read_file', limits.answerTokensMost, 400_000],
    ['a value of memory', limits.memoryValue, 1 * MiB],
    ['a message over stdio', limits.stdioMessage, 32 * MiB],
    ['a trigger file', limits.triggerBytes, 64 * KiB],
    ['output that one answer of the terminal shows', limits.outputCharacters, 24 * KiB],
    ['output of a plugin that is logged', pluginLimits.logged, 64 * KiB],
    ['runs that can be undone', runsMax, 30],
    ['what their backups take', bytesMax, 200_000_000],
  ])('%s', (_, bound, promised) => {
    expect(bound).toBe(promised)
  })
})
