#!/usr/bin/env node
// Plain JavaScript for whatever Node is here: our sources need 22.18, which npm may have brought beside us.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url))
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major > 22 || (major === 22 && minor >= 18)) {
  await import('../src/cli.ts')
} else {
  const node = broughtNode()
  if (!node) {
    console.error(
      `Wutong needs Node 22.18 or newer; this is ${process.versions.node}, and npm ci brought none for this machine.`,
    )
    process.exit(69)
  }
  const { status } = spawnSync(node, [cli, ...process.argv.slice(2)], { stdio: 'inherit' })
  process.exit(status ?? 1)
}

/** The Node 24 that the project's optional dependencies bring; null where there is none for this machine. */
function broughtNode() {
  const system = process.platform === 'win32' ? 'win' : process.platform
  try {
    const home = dirname(createRequire(import.meta.url).resolve(`node-${system}-${process.arch}/package.json`))
    const path = join(home, 'bin', system === 'win' ? 'node.exe' : 'node')
    return existsSync(path) ? path : null
  } catch {
    return null
  }
}
