interface AdapterInfo {
  readonly vendor: string
  readonly architecture: string
  readonly device: string
  readonly description: string
}

interface GpuNavigator {
  readonly gpu?: { requestAdapter(options: object): Promise<{ readonly info: AdapterInfo } | null> }
}

export type GpuChoice =
  | {
      readonly usable: true
      /** Tells one GPU and driver from another, as far as browsers let pages see. */
      readonly adapter: string
    }
  | { readonly usable: false /** One sentence. */; readonly reason: string }

/** Whether this browser can compute on a GPU: with WebGPU, and with a way for WASM to wait for it. */
export async function findGpu(): Promise<GpuChoice> {
  if (!('Suspending' in WebAssembly)) {
    return {
      usable: false,
      reason: 'WASM: this browser has no WebAssembly.Suspending, which WebGPU needs here.',
    }
  }
  const { gpu } = navigator as GpuNavigator
  if (gpu === undefined) return { usable: false, reason: 'WASM: this browser has no WebGPU here.' }
  try {
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' })
    if (adapter === null) return { usable: false, reason: 'WASM: there is no WebGPU adapter.' }
    const { vendor, architecture, device, description } = adapter.info
    return { usable: true, adapter: [vendor, architecture, device, description].join(' ').trim() }
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error)
    return { usable: false, reason: `WASM: WebGPU failed (${what}).` }
  }
}
