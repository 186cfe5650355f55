import { SpeechError, validSegmenterOptions } from '@sensevoice-web/engine'
import type { CreateOptions } from '../api/options.ts'
import { resolveAssets } from './asset-urls.ts'
import { chooseThreads } from './choose-threads.ts'
import { locateModel } from './locate-model.ts'
import type { ProviderOption } from './plan-provider.ts'
import { type RemoteServer, remoteServer } from './remote/remote-server.ts'
import { PARTIAL_INTERVAL_MS, partialInterval, type Settings } from './run-context.ts'
import type { PairSettings } from './worker-pair.ts'

const PROVIDERS: readonly ProviderOption[] = ['auto', 'webgpu', 'wasm']

/** Everything that `create` decides before it loads anything. */
export interface AnalyzerPlan {
  readonly settings: Settings
  readonly pair: PairSettings
  /** Undefined: in the page. */
  readonly remote: RemoteServer | undefined
}

/** @throws SpeechError `invalid-argument`, `insecure-context`, `not-supported` */
export function planAnalyzer(options: CreateOptions): AnalyzerPlan {
  if (!globalThis.isSecureContext) {
    throw new SpeechError('insecure-context', 'speech analysis needs a secure page', {
      hint: 'Serve the page over https, or from localhost while developing.',
    })
  }
  const { model = 'tiny', language = 'auto', withItn = true, vad = {}, partials = true } = options
  const { provider = 'auto' } = options
  validSegmenterOptions(vad)
  if (!PROVIDERS.includes(provider)) {
    throw new SpeechError(
      'invalid-argument',
      `provider must be one of ${PROVIDERS.join(', ')}, got ${provider}`,
    )
  }
  const assets = resolveAssets(options.assets, document.baseURI)
  const isolated = globalThis.crossOriginIsolated
  const { threads, reason } = chooseThreads({
    requested: options.threads,
    isolated,
    cores: navigator.hardwareConcurrency,
    webkit: isWebKit(navigator.userAgent),
  })
  return {
    settings: {
      language,
      withItn,
      vad,
      partialIntervalMs: validInterval(partialInterval(partials, PARTIAL_INTERVAL_MS)),
    },
    pair: {
      assets,
      model: locateModel(model, assets, document.baseURI),
      threads,
      threadsReason: reason,
      isolated,
      provider,
    },
    remote: options.remote === undefined ? undefined : remoteServer(options.remote, document.baseURI),
  }
}

function validInterval(intervalMs: number | undefined): number | undefined {
  if (intervalMs !== undefined && !(intervalMs >= 100)) {
    throw new SpeechError('invalid-argument', `partials.intervalMs must be at least 100, got ${intervalMs}`)
  }
  return intervalMs
}

/** Safari, and every browser on iOS: Chromium’s user agent names WebKit too, but also Chrome. */
function isWebKit(userAgent: string): boolean {
  return /AppleWebKit/.test(userAgent) && !/Chrome|Chromium|Edg\//.test(userAgent)
}
