import { describe, expect, test } from 'vitest'
import { readServeConfig } from '../packages/server/src/serve/config.ts'
import { environmentOf, stagesOf, textOf, yamlOf } from './read-files.ts'
import { composeFaults } from './schemas.ts'

interface Service {
  readonly image: string
  readonly profiles: readonly string[]
  readonly build?: { readonly context: string; readonly dockerfile: string }
  readonly environment?: Record<string, string>
  readonly ports?: readonly string[]
  readonly volumes?: readonly (string | { readonly target: string })[]
  readonly networks?: { readonly default: { readonly aliases: readonly string[] } }
  readonly depends_on?: Record<string, { readonly condition: string }>
  readonly stop_grace_period?: string
  readonly read_only?: boolean
  readonly cap_drop?: readonly string[]
  readonly deploy?: { readonly resources: { readonly reservations: { readonly devices: unknown } } }
}
interface Project {
  readonly services: Record<string, Service>
}

/** The file as Compose reads it where these variables are set. @throws Error as Compose, when one is missing that has to be there */
function projectWith(variables: Record<string, string>): Project {
  const filled = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(filled)
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filled(inner)]))
    }
    return typeof value === 'string' ? interpolated(value, variables) : value
  }
  return filled(yamlOf('deploy/compose.yaml')[0]) as Project
}

function interpolated(text: string, variables: Record<string, string>): string {
  return text.replaceAll(
    /\$\{(\w+):([-?])([^}]*)\}/g,
    (_, name: string, otherwise: string, value: string) => {
      const given = variables[name]
      if (given !== undefined && given !== '') return given
      if (otherwise === '-') return value
      throw new Error(`${name} is missing: ${value}`)
    },
  )
}

const { services } = projectWith({ SENSEVOICE_SERVE_TOKEN_SECRET: 's' })
const service = (name: string) => {
  const found = services[name]
  if (found === undefined) throw new Error(`there is no service ${name}`)
  return found
}
const image = stagesOf('deploy/Dockerfile').at(-1)?.steps ?? []
const settingsOf = ({ environment }: Service) =>
  readServeConfig([], { ...environmentOf(image), ...environment })

describe('compose.yaml', () => {
  test('is what the Compose Specification describes', () => {
    expect(composeFaults(services['triton'])).not.toEqual([])
    expect(composeFaults(yamlOf('deploy/compose.yaml')[0])).toEqual([])
  })

  test('does not start without a secret', () => {
    expect(() => projectWith({})).toThrow('SENSEVOICE_SERVE_TOKEN_SECRET is missing')
  })

  test('builds its own images of the Dockerfiles here', () => {
    for (const { image: name, build } of Object.values(services)) {
      if (name.startsWith('prom/')) expect(name).toMatch(/:v\d+\.\d+\.\d+$/)
      else expect(textOf(build?.dockerfile ?? '')).toContain(`-t ${name} `)
    }
  })

  test.each(['companion-cpu', 'companion-gpu'])('%s is set as the command takes it', (name) => {
    const companion = service(name)
    const { port, drainMs, tokens } = settingsOf(companion)
    expect(tokens).toEqual({ type: 'signed', secret: 's' })
    expect(companion.ports).toEqual([`127.0.0.1:8790:${port}`])
    expect(Number.parseInt(companion.stop_grace_period ?? '', 10)).toBeGreaterThanOrEqual(drainMs / 1000 + 10)
    expect(companion.networks?.default.aliases).toEqual(['companion'])
    expect(companion).toMatchObject({ read_only: true, cap_drop: ['ALL'] })
    expect(companion.volumes).toEqual(
      [`${environmentOf(image)['SENSEVOICE_HOME']}`].map((home) => `models:${home}:ro`),
    )
  })

  test('without a GPU the companion recognizes by itself, with one by the Triton beside it', () => {
    expect(settingsOf(service('companion-cpu'))).toMatchObject({
      backend: 'local',
      model: 'sensevoice-small',
    })
    expect(service('companion-cpu').profiles).toEqual(['cpu'])
    const { backend, endpoints } = settingsOf(service('companion-gpu'))
    expect([backend, ...endpoints]).toEqual(['triton', 'grpc://triton:8001'])
    expect(service('companion-gpu').depends_on).toEqual({ triton: { condition: 'service_healthy' } })
    expect(service('triton').profiles).toEqual(service('companion-gpu').profiles)
  })

  test('Triton has one GPU, and serves the repository at the port that is asked', () => {
    const { deploy, volumes } = service('triton')
    expect(deploy?.resources.reservations.devices).toEqual([
      { driver: 'nvidia', count: 1, capabilities: ['gpu'] },
    ])
    const command = textOf('deploy/triton.Dockerfile')
    expect(volumes).toHaveLength(1)
    expect(volumes).toMatchObject([{ target: '/repository', read_only: true }])
    for (const flag of ['--model-repository=/repository', '--grpc-port=8001', '--metrics-port=8002']) {
      expect(command).toContain(flag)
    }
  })

  test('the model that is fetched is the one that is served, into the same volume', () => {
    const { environment } = service('companion-cpu')
    const fetch = services['fetch'] as Service & { readonly command: readonly string[] }
    expect(fetch.command).toEqual(['model', 'fetch', environment?.['SENSEVOICE_SERVE_MODEL']])
    expect(fetch.volumes).toEqual(['models:/models'])
  })

  test('Prometheus asks services that there are, by ports that they serve metrics at', () => {
    const [{ scrape_configs: jobs }] = yamlOf('deploy/prometheus.yaml') as [
      { scrape_configs: { static_configs: { targets: string[] }[] }[] },
    ]
    const targets = jobs.flatMap((job) => job.static_configs.flatMap((config) => config.targets))
    expect(targets).toEqual([`companion:${settingsOf(service('companion-cpu')).port}`, 'triton:8002'])
  })
})
