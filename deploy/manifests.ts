import { filesIn, yamlOf } from './read-files.ts'

export interface Container {
  readonly name: string
  readonly image: string
  readonly env?: readonly { readonly name: string; readonly valueFrom?: object }[]
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[]
  readonly lifecycle?: { readonly preStop: { readonly sleep: { readonly seconds: number } } }
  readonly securityContext: object
  readonly resources: { readonly requests: Record<string, string>; readonly limits: Record<string, string> }
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[]
  readonly [probe: `${string}Probe`]: { readonly httpGet: { path: string; port: string } } | undefined
}
export interface PodTemplate {
  readonly metadata: {
    readonly labels: Record<string, string>
    readonly annotations?: Record<string, string>
  }
  readonly spec: {
    readonly containers: readonly [Container]
    readonly securityContext: object
    readonly terminationGracePeriodSeconds: number
    readonly volumes: readonly {
      readonly name: string
      readonly persistentVolumeClaim?: { claimName: string }
    }[]
    readonly [key: string]: unknown
  }
}
export interface Document {
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly data?: Record<string, string>
  readonly spec: unknown
}
interface Kustomization {
  readonly resources: readonly string[]
  readonly patches?: readonly { readonly path: string }[]
}

const isDocument = (value: unknown): value is Document =>
  typeof value === 'object' && value !== null && 'kind' in value && 'metadata' in value

/** What `kubectl apply -k` would send: the resources of a folder, with its patches. */
export function rendered(folder: string): Document[] {
  const { resources, patches = [] } = kustomizationOf(folder)
  const documents = resources.flatMap((resource) =>
    resource.endsWith('.yaml')
      ? yamlOf(`${folder}/${resource}`).filter(isDocument)
      : rendered(`deploy/kubernetes/${resource.replace('../', '')}`),
  )
  for (const { path } of patches) {
    for (const patch of yamlOf(`${folder}/${path}`).filter(isDocument)) {
      const at = documents.findIndex(
        ({ kind, metadata }) => kind === patch.kind && metadata.name === patch.metadata.name,
      )
      if (at < 0) throw new Error(`${path} patches nothing`)
      documents[at] = merged(documents[at], patch) as Document
    }
  }
  return documents
}

/** Files of a folder that its kustomization does not name. */
export function forgotten(folder: string): string[] {
  const { resources, patches = [] } = kustomizationOf(folder)
  const named = [...resources, ...patches.map(({ path }) => path), 'kustomization.yaml']
  return filesIn(folder).filter((name) => !named.includes(name))
}

function kustomizationOf(folder: string): Kustomization {
  return yamlOf(`${folder}/kustomization.yaml`)[0] as Kustomization
}

/** A strategic merge: lists of things with names are merged by name, other lists are replaced. */
function merged(base: unknown, patch: unknown): unknown {
  if (Array.isArray(base) && Array.isArray(patch) && patch.every((one) => 'name' in one)) {
    return base.map((one) => {
      const same = patch.find(({ name }) => name === one.name)
      return same === undefined ? one : merged(one, same)
    })
  }
  if (!isObject(base) || !isObject(patch)) return patch
  const keys = [...new Set([...Object.keys(base), ...Object.keys(patch)])]
  return Object.fromEntries(
    keys.map((key) => [key, key in patch ? merged(base[key], patch[key]) : base[key]]),
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
