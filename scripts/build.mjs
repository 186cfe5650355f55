// `npm run build`: the published packages and the demo page, from installed sources.
import './lib/node-version.mjs'
import { buildDemo, buildPackages } from './lib/build-packages.mjs'

await buildPackages()
await buildDemo()
