import { executeCommand } from './execute-command.ts'
import { killProcess } from './kill-process.ts'
import { listProcesses } from './list-processes.ts'
import { listSessions } from './list-sessions.ts'
import { readOutput } from './read-output.ts'
import { sendInput } from './send-input.ts'
import { stopSession } from './stop-session.ts'

export const terminal = [executeCommand, readOutput, sendInput, listSessions, stopSession, listProcesses, killProcess]
