// node load.mjs everything|what-needs-no-optional-peer <entry point…>: import and require give the same objects.
import { createRequire } from 'node:module';

const [what, ...entryPoints] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const root = entryPoints[0];
const { peerDependenciesMeta } = require(`${root}/package.json`);

function missingOptionalPeer(error) {
  const [, name] = /Cannot find package '([^']+)'/.exec(error.message) ?? [];

  return error.code === 'ERR_MODULE_NOT_FOUND' && peerDependenciesMeta[name]?.optional ? name : undefined;
}

for (const entryPoint of entryPoints) {
  try {
    const imported = await import(entryPoint);
    const required = require(entryPoint);
    for (const name of new Set([...Object.keys(imported), ...Object.keys(required)])) {
      if (imported[name] !== required[name]) {
        throw new Error(`${entryPoint}: "${name}" differs between import and require.`);
      }
    }
  } catch (error) {
    if (what === 'everything' || entryPoint === root || !missingOptionalPeer(error)) {
      throw error;
    }
  }
}
