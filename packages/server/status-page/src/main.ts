import './companion-status.ts'
