import { SpeechError } from '@sensevoice-web/engine'

// What is used of WebGPU: TypeScript's library of workers does not know it yet.

interface Gpu {
  requestAdapter(options: { powerPreference: 'high-performance' }): Promise<GpuAdapter | null>
}

interface GpuAdapter {
  readonly features: ReadonlySet<string>
  readonly limits: Readonly<Record<Limit, number>>
  requestDevice(wanted: {
    requiredFeatures: readonly string[]
    requiredLimits: Readonly<Record<string, number>>
  }): Promise<GpuDevice>
}

export interface GpuDevice {
  /** Resolves once, when the device is gone: the driver was reset, the GPU taken away, the browser short of memory. */
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>
  destroy(): void
}

/** What the kernels of onnxruntime use more of than every adapter must have. */
const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxComputeWorkgroupsPerDimension',
] as const
type Limit = (typeof LIMITS)[number]

const FEATURES = ['shader-f16', 'subgroups']

export interface OpenedDevice {
  readonly device: GpuDevice
  /** The largest buffer that one operator may read or write. */
  readonly largestBufferBytes: number
}

/**
 * A device of its own for one session, with all that the adapter has to give.
 *
 * @param neededBytes the largest buffer that has to fit
 * @throws SpeechError `not-supported` when there is no adapter (retryable), or one that is too small
 */
export async function openDevice(neededBytes: number): Promise<OpenedDevice> {
  const { gpu } = navigator as unknown as { gpu?: Gpu }
  if (gpu === undefined) throw unsupported('this browser has no WebGPU in workers')
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' })
  // A lost GPU is often back a moment later; asking again is the caller's decision.
  if (adapter === null) throw unsupported('there is no WebGPU adapter', true)
  const { features, limits } = adapter
  const largestBufferBytes = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize)
  if (largestBufferBytes < neededBytes) {
    throw unsupported(
      `the GPU's buffers hold ${largestBufferBytes} bytes at most, this model needs ${neededBytes}`,
    )
  }
  const device = await adapter.requestDevice({
    requiredFeatures: FEATURES.filter((feature) => features.has(feature)),
    requiredLimits: Object.fromEntries(LIMITS.map((limit) => [limit, limits[limit]])),
  })
  return { device, largestBufferBytes }
}

function unsupported(what: string, retryable = false): SpeechError {
  return new SpeechError('not-supported', what, { hint: 'Use provider "wasm" or "auto".', retryable })
}
