export {
  type AnalyzeFileOptions,
  createNodeAnalyzer,
  type NodeAnalyzer,
  type NodeAnalyzerOptions,
} from './node-analyzer.ts'
export { DiskStorage } from './store/disk-storage.ts'
export { nodeStore } from './store/node-store.ts'
export { modelsHome } from './store/store-home.ts'
