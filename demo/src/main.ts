import './speech-demo.ts'
