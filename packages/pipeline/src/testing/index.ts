export * from './heard.ts'
export * from './openai-stand-in.ts'
export * from './stand-in-step.ts'
