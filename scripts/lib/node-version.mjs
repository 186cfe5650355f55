const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major < 20 || (major === 20 && minor < 19) || (major === 22 && minor < 12) || major === 21) {
  console.error(
    `Node ${process.versions.node} is too old here: install Node 20.19 or newer, or 22.12 or newer.`,
  )
  process.exit(1)
}
