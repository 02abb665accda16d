import { cancelAction } from './cancel-action.ts'
import { claimAction } from './claim-action.ts'
import { completeAction } from './complete-action.ts'
import { getAction } from './get-action.ts'
import { listActions } from './list-actions.ts'
import { queueAction } from './queue-action.ts'

export const actions = [queueAction, getAction, listActions, claimAction, completeAction, cancelAction]
