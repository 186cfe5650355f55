import { spawnSync } from 'node:child_process'
export function rollUpTypes() {}
