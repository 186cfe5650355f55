/** Registers an element once: two copies of the package on one page must not throw. */
export function define(tag: `speech-${string}`, element: CustomElementConstructor): void {
  if (customElements.get(tag) === undefined) customElements.define(tag, element)
}
