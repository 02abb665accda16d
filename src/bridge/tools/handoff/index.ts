import { answerTwin } from './answer-twin.ts'
import { askTwin } from './ask-twin.ts'
import { handoffClaim } from './handoff-claim.ts'
import { handoffCreate } from './handoff-create.ts'
import { handoffList } from './handoff-list.ts'
import { handoffRead } from './handoff-read.ts'
import { handoffUpdate } from './handoff-update.ts'
import { inbox } from './inbox.ts'
import { waitForChange } from './wait-for-change.ts'

export const handoff = [handoffCreate, handoffList, handoffRead, handoffUpdate, handoffClaim, askTwin, answerTwin, inbox, waitForChange]
