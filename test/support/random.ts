import fc from 'fast-check'
import { runs } from './runs.ts'

// fast-check runs 100 cases unless a test asks for another number; such tests ask by `runs`.
fc.configureGlobal({ numRuns: runs(50) })
