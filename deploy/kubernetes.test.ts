import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Companion, startCompanion } from '../packages/server/src/serve/companion.ts'
import { readServeConfig } from '../packages/server/src/serve/config.ts'
import { type Document, forgotten, type PodTemplate, rendered } from './manifests.ts'
import { environmentOf, stagesOf, textOf, yamlOf } from './read-files.ts'
import { kubernetesFaults } from './schemas.ts'

const FOLDERS = ['deploy/kubernetes/base', 'deploy/kubernetes/triton']
const image = environmentOf(stagesOf('deploy/Dockerfile').at(-1)?.steps ?? [])

function documentsOf(folder: string) {
  const documents = rendered(folder)
  const one = <Spec>(kind: string, name: string) => {
    const found = documents.find((document) => document.kind === kind && document.metadata.name === name)
    if (found === undefined) throw new Error(`there is no ${kind} ${name}`)
    return found as Document & { readonly spec: Spec }
  }
  const workloads = documents.filter(({ kind }) => ['Deployment', 'StatefulSet', 'Job'].includes(kind)) as {
    readonly kind: string
    readonly metadata: { readonly name: string }
    readonly spec: { readonly template: PodTemplate; readonly serviceName?: string }
  }[]
  return { documents, one, workloads }
}

/** What the command is given in a companion's pod. */
function environmentIn(folder: string): Record<string, string> {
  const { one } = documentsOf(folder)
  const { template } = one<{ template: PodTemplate }>('Deployment', 'companion').spec
  const secrets = (template.spec.containers[0].env ?? []).map(({ name }) => [name, 'of the Secret'])
  return { ...image, ...one('ConfigMap', 'companion').data, ...Object.fromEntries(secrets) }
}

describe.each(FOLDERS)('%s', (folder) => {
  const { documents, one, workloads } = documentsOf(folder)
  const companion = one<{ template: PodTemplate }>('Deployment', 'companion').spec.template

  test.each(documents.map((document) => [`${document.kind} ${document.metadata.name}`, document] as const))(
    '%s is as the API describes it',
    (_, document) => {
      expect(kubernetesFaults(document)).toEqual([])
    },
  )

  test('has no file that nobody applies, and no secret', () => {
    expect(forgotten(folder)).toEqual([])
    expect(documents.map(({ kind }) => kind)).not.toContain('Secret')
  })

  test('every pod runs without root and without rights', () => {
    for (const { spec } of workloads) {
      const pod = spec.template.spec
      expect(pod).toMatchObject({
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
      })
      expect(pod.containers[0].securityContext).toMatchObject({
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
      })
      expect(pod.containers[0].resources.limits['memory']).toMatch(/^\d+[GM]i$/)
    }
  })

  test('every volume that is mounted is there, and every claim', () => {
    for (const { spec } of workloads) {
      const { volumes, containers } = spec.template.spec
      expect(containers[0].volumeMounts.map(({ name }) => name).sort()).toEqual(
        volumes.map(({ name }) => name).sort(),
      )
      for (const { persistentVolumeClaim } of volumes) {
        if (persistentVolumeClaim !== undefined) one('PersistentVolumeClaim', persistentVolumeClaim.claimName)
      }
    }
  })

  test('the images are those that compose.yaml builds', () => {
    for (const { spec } of workloads) {
      expect(textOf('deploy/compose.yaml')).toContain(`image: ${spec.template.spec.containers[0].image}\n`)
    }
  })

  test('the companion is set as the command takes it', () => {
    const { host, port, tokens, trustProxy, parallel } = readServeConfig([], environmentIn(folder))
    expect([host, tokens.type, trustProxy]).toEqual(['0.0.0.0', 'signed', true])
    const [{ ports, resources }] = companion.spec.containers
    expect(ports).toEqual([{ name: 'speech', containerPort: port }])
    expect(companion.metadata.annotations).toMatchObject({ 'prometheus.io/port': String(port) })
    if (!folder.endsWith('triton')) expect(String(parallel)).toBe(resources.requests['cpu'])
  })

  test('a pod that goes has time for its drain', () => {
    const { drainMs } = readServeConfig([], environmentIn(folder))
    const { sleep } = companion.spec.containers[0].lifecycle?.preStop ?? { sleep: { seconds: 0 } }
    const neededSeconds = sleep.seconds + drainMs / 1000 + 10
    expect(companion.spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(neededSeconds)
  })

  test('whatever selects pods selects some', () => {
    const labels = workloads.map(({ spec }) => spec.template.metadata.labels['app.kubernetes.io/name'])
    const selectors = JSON.stringify(documents).matchAll(/"app\.kubernetes\.io\/name":"([^"]+)"/g)
    for (const [, name] of selectors) expect(labels).toContain(name)
  })

  test('every autoscaler scales a workload that states no number, by a metric that the adapter makes', () => {
    const [{ rules }] = yamlOf('deploy/kubernetes/prometheus-adapter.yaml') as [
      { rules: { custom: { name: { as: string } }[] } },
    ]
    const made = rules.custom.map(({ name }) => name.as)
    const scalers = documents.filter(({ kind }) => kind === 'HorizontalPodAutoscaler') as (Document & {
      spec: {
        scaleTargetRef: { kind: string; name: string }
        metrics: { pods: { metric: { name: string } } }[]
      }
    })[]
    expect(scalers.length).toBeGreaterThan(0)
    for (const { spec } of scalers) {
      const target = one<object>(spec.scaleTargetRef.kind, spec.scaleTargetRef.name)
      expect(target.spec).not.toHaveProperty('replicas')
      for (const { pods } of spec.metrics) expect(made).toContain(pods.metric.name)
    }
  })
})

describe('a companion beside its manifests', () => {
  let server: Companion
  beforeAll(async () => {
    server = await startCompanion(readServeConfig(['--port', '0'], {}))
  })
  afterAll(() => server.drain())

  test('answers what the probes and Prometheus ask', async () => {
    const { metadata, spec } = documentsOf('deploy/kubernetes/base').one<{ template: PodTemplate }>(
      'Deployment',
      'companion',
    ).spec.template
    const { startupProbe, readinessProbe, livenessProbe } = spec.containers[0]
    const probes = [startupProbe, readinessProbe, livenessProbe].map((probe) => probe?.httpGet.path)
    for (const path of [...probes, metadata.annotations?.['prometheus.io/path']]) {
      expect([path, (await fetch(`${server.url}${path}`)).status]).toEqual([path, 200])
    }
  })

  test('has the metrics of which the adapter makes the autoscaler’s', async () => {
    const metrics = await (await fetch(`${server.url}/metrics`)).text()
    const asked = textOf('deploy/kubernetes/prometheus-adapter.yaml').matchAll(/\bsensevoice_\w+(?=\{)/g)
    const names = new Set([...asked].map(([name]) => name))
    expect(names.size).toBe(2)
    for (const name of names) expect(metrics).toMatch(new RegExp(`^${name} \\d`, 'm'))
  })

  test('is asked by the ingress for what it has', async () => {
    const { spec } = documentsOf('deploy/kubernetes/base').one<{
      rules: { http: { paths: { path: string }[] } }[]
    }>('Ingress', 'companion')
    const paths = spec.rules.flatMap(({ http }) => http.paths.map(({ path }) => path))
    expect(paths).toEqual(['/ws', '/xiaozhi/ota'])
    expect((await fetch(`${server.url}/xiaozhi/ota/`, { method: 'POST' })).status).toBe(200)
  })
})

test('the companions know every Triton that the autoscaler may start', () => {
  const { one, workloads } = documentsOf('deploy/kubernetes/triton')
  const { maxReplicas } = one<{ maxReplicas: number }>('HorizontalPodAutoscaler', 'triton').spec
  const set = workloads.find(({ kind }) => kind === 'StatefulSet')
  const { serviceName, template } = set?.spec ?? {}
  one('Service', serviceName ?? '')
  const port = template?.spec.containers[0].ports?.find(({ name }) => name === 'grpc')?.containerPort
  const names = Array.from(
    { length: maxReplicas },
    (_, index) => `grpc://triton-${index}.${serviceName}:${port}`,
  )
  expect(readServeConfig([], environmentIn('deploy/kubernetes/triton')).endpoints).toEqual(names)
  expect(template?.spec.containers[0].resources.limits['nvidia.com/gpu']).toBe('1')
})
