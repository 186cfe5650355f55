import type { Capabilities, Capability, CapabilityName } from './api/outcomes.ts'
import { opensFileSystem } from './store/opens-file-system.ts'

const yes = (reason: string): Capability => ({ supported: true, reason })
const no = (reason: string): Capability => ({ supported: false, reason })

/** What this browser and this page can do, each with its reason. Asks for no permission and loads nothing. */
export async function detectCapabilities(): Promise<Capabilities> {
  const [webGpu, originPrivateFileSystem] = await Promise.all([detectWebGpu(), detectFileSystem()])
  const found: Readonly<Record<CapabilityName, Capability>> = {
    secureContext: globalThis.isSecureContext
      ? yes('The page is a secure context.')
      : no('Serve the page over https, or from localhost.'),
    microphone:
      typeof navigator.mediaDevices?.getUserMedia === 'function'
        ? yes('getUserMedia exists; the user is asked when listening starts.')
        : no('There is no getUserMedia: the page is not secure, or the web view forbids it.'),
    audioWorklet:
      typeof AudioWorkletNode === 'function'
        ? yes('AudioWorklet exists.')
        : no('There is no AudioWorklet: the page is not secure, or the browser is older than 2021.'),
    moduleWorkers: detectModuleWorkers()
      ? yes('Module workers exist.')
      : no('There are no module workers (Chrome 80, Safari 15, Firefox 114 have them).'),
    webAssemblySimd: detectSimd()
      ? yes('WebAssembly with SIMD exists.')
      : no("There is no WebAssembly SIMD, or the CSP lacks 'wasm-unsafe-eval'."),
    threads: globalThis.crossOriginIsolated
      ? yes('The page is cross-origin isolated.')
      : no('The page is not cross-origin isolated: send Cross-Origin-Opener-Policy and -Embedder-Policy.'),
    webGpu,
    jspi:
      'Suspending' in WebAssembly
        ? yes('WebAssembly.Suspending exists.')
        : no('There is no WebAssembly.Suspending (Chrome 137, Firefox 153, Safari 27 have it).'),
    originPrivateFileSystem,
    subtleCrypto:
      globalThis.crypto?.subtle === undefined
        ? no('There is no crypto.subtle: the page is not secure.')
        : yes('crypto.subtle exists.'),
  }
  const canAnalyze = (['secureContext', 'moduleWorkers', 'webAssemblySimd', 'subtleCrypto'] as const).every(
    (name) => found[name].supported,
  )
  const canListen = canAnalyze && found.microphone.supported && found.audioWorklet.supported
  return { ...found, canAnalyze, canListen }
}

/** The smallest module with a SIMD instruction: `() => i8x16.splat(0)` and drop. */
const SIMD_MODULE = Uint8Array.of(
  0,
  97,
  115,
  109,
  1,
  0,
  0,
  0,
  1,
  4,
  1,
  96,
  0,
  0,
  3,
  2,
  1,
  0,
  10,
  9,
  1,
  7,
  0,
  65,
  0,
  253,
  15,
  26,
  11,
)

function detectSimd(): boolean {
  return typeof WebAssembly === 'object' && WebAssembly.validate(SIMD_MODULE)
}

/** A browser that knows module workers reads the option; constructing one with a bad address costs nothing and starts nothing. */
function detectModuleWorkers(): boolean {
  let asked = false
  const options = {
    get type(): 'module' {
      asked = true
      return 'module'
    },
  }
  try {
    new Worker('https://[', options)
  } catch {
    // The address is no URL; only the reading of `type` counts.
  }
  return asked
}

interface GpuNavigator {
  readonly gpu?: { requestAdapter(): Promise<{ readonly info?: { readonly vendor?: string } } | null> }
}

async function detectWebGpu(): Promise<Capability> {
  const { gpu } = navigator as GpuNavigator
  if (gpu === undefined) return no('This browser has no WebGPU here.')
  try {
    const adapter = await gpu.requestAdapter()
    return adapter === null
      ? no('WebGPU exists, but there is no adapter (no GPU, or a blocked driver).')
      : yes(
          `There is an adapter${adapter.info?.vendor ? ` (${adapter.info.vendor})` : ''}; a clip shows at the first load whether it computes rightly.`,
        )
  } catch (error) {
    return no(`WebGPU failed: ${error instanceof Error ? error.message : String(error)}`)
  }
}

async function detectFileSystem(): Promise<Capability> {
  return (await opensFileSystem())
    ? yes('The origin-private file system can be opened.')
    : no('There is no origin-private file system (private window, or an old browser).')
}
