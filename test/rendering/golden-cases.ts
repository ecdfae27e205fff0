import { generations } from '../../src/modules/generation.ts';
import { packageRoot } from '../../src/package-root.ts';
import { renderStack } from '../../src/rendering/render-stack.ts';
import type { RenderedStack } from '../../src/rendering/rendered.ts';
import { loadTemplates } from '../../src/rendering/templates/load.ts';
import type { Stack } from '../../src/stack/stack.ts';
import { stackFrom, stackOf, testServer, withoutLegacy } from '../stack/fixture.ts';

/** Stacks whose rendered files are kept under golden/ and accepted by the real Compose. */
export const goldenCases: Readonly<Record<string, Stack>> = {
  'legacy-elsewhere': stackOf(),
  'this-box': stackOf(
    {
      legacy: { ip: '127.0.0.1', url: 'http://127.0.0.1:8081/' },
      database: { ...testServer.database, host: '127.0.0.1', port: 11433, encryption: 'optional' },
      gateway: { ...testServer.gateway, http: 8080, https: 8443, address: '127.0.0.1' },
    },
    { revision: 12 },
  ),
  'single-backend': stackOf({ components: { frontend: {}, backend: {}, worker: { replicas: 2 } } }),
  'backend-only': stackOf({
    name: 'qa',
    legacy: { ip: '132.148.151.32', url: 'http://132.148.151.32/' },
    database: { ...testServer.database, host: '132.148.151.32' },
    generation: '1.0',
    components: { backend: {}, worker: {} },
  }),
  'own-sign-on': stackFrom(
    withoutLegacy({
      ...testServer,
      name: 'next',
      release: '24.10',
      generation: '24.10',
      database: { ...testServer.database, host: 'sql.example.org' },
      components: { frontend: {}, backend: {}, worker: {} },
    }),
  ),
  sandbox: stackOf({}, { projectPrefix: 'openimis-sandbox', sandbox: true }),
  ...Object.fromEntries(generations.map((generation) => [`generation-${generation}`, stackOf({ generation })])),
};

const templates = await loadTemplates(packageRoot(), ['compose', 'gateway']);

export function renderCase(name: string): RenderedStack {
  return renderStack(goldenCases[name]!, templates);
}
