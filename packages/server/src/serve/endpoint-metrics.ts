import { Counter, Gauge, type Registry } from 'prom-client'
import type { Backend } from '../backend/backend.ts'

/** What a backend counts of its servers: which are up, how often each one's circuit opened, how often a request was tried again. */
export function registerEndpointMetrics(registry: Registry, backend: Pick<Backend, 'counters'>): void {
  const registers = [registry]
  const endpoints = () => backend.counters?.endpoints ?? []
  new Gauge({
    name: 'sensevoice_endpoint_up',
    help: '1 when requests go to that Triton server.',
    labelNames: ['endpoint'],
    registers,
    collect() {
      for (const { endpoint, available } of endpoints()) this.set({ endpoint }, Number(available))
    },
  })
  new Counter({
    name: 'sensevoice_endpoint_circuit_openings_total',
    help: 'How often a Triton server failed so often in a row that nothing was sent there for some time.',
    labelNames: ['endpoint'],
    registers,
    collect() {
      this.reset()
      for (const { endpoint, circuitOpened } of endpoints()) this.inc({ endpoint }, circuitOpened)
    },
  })
  new Counter({
    name: 'sensevoice_endpoint_retries_total',
    help: 'Requests that were sent again, to another Triton server or over another connection.',
    registers,
    collect() {
      this.reset()
      this.inc(backend.counters?.retries ?? 0)
    },
  })
}

/** How many servers requests go to now: with a fallback the whole looks well without any. Empty where there are none to go to. */
export function endpointsUp({ counters }: Pick<Backend, 'counters'>) {
  if (counters === undefined) return {}
  const up = counters.endpoints.filter(({ available }) => available).length
  return { endpoints: { up, of: counters.endpoints.length } }
}
