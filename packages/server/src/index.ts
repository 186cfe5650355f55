export {
  type AnalyzeFileOptions,
  createNodeAnalyzer,
  type NodeAnalyzer,
  type NodeAnalyzerOptions,
} from './node-analyzer.ts'
