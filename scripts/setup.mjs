// `npm run setup`: installs the packages and builds them, so that `npx sensevoice` works in this folder.
import './lib/node-version.mjs'
import { buildPackages } from './lib/build-packages.mjs'
import { installPackages } from './lib/install.mjs'

await installPackages()
await buildPackages()
