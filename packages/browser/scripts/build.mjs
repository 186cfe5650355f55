// Builds the package: the page's module, two workers, the worklet, the files they load, the rolled-up types.
// SENSEVOICE_TINY_MODEL names another folder for the embedded model while the project's own is being trained.
import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { bundle } from './bundle.mjs'
import { checkPackage } from './check-package.mjs'
import { copyAssets } from './copy-assets.mjs'
import { rollUpTypes } from './roll-up-types.mjs'

const root = fileURLToPath(new URL('../', import.meta.url))

rmSync(`${root}dist`, { recursive: true, force: true })
copyAssets(root)
await bundle(root)
rollUpTypes(root)
checkPackage(root)
