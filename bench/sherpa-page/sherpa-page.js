// Hands calls to the worker: `sherpa({ type: 'load' | 'recognize', ... })` gives its answer.
const worker = new Worker('sherpa-worker.js')

globalThis.sherpa = (call) =>
  new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => ('error' in data ? reject(new Error(data.error)) : resolve(data))
    worker.onerror = ({ message }) => reject(new Error(message))
    worker.postMessage(call)
  })
globalThis.recognizeMs = async (samples) => (await sherpa({ type: 'recognize', samples })).ms
document.documentElement.dataset.ready = ''
