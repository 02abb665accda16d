import { bridgeStatus } from './bridge-status.ts'
import { getConfig } from './get-config.ts'
import { setConfig } from './set-config.ts'
import { translatePath } from './translate-path.ts'

export const bridge = [bridgeStatus, getConfig, setConfig, translatePath]
