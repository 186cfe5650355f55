import { join } from 'node:path'
import envPaths from 'env-paths'

/** Folder of the stored models: `$SENSEVOICE_HOME/models`, else in the platform's folder for caches. */
export function modelsHome(environment: NodeJS.ProcessEnv = process.env): string {
  const home = environment['SENSEVOICE_HOME']
  return join(
    home === undefined || home === '' ? envPaths('sensevoice-web', { suffix: '' }).cache : home,
    'models',
  )
}
