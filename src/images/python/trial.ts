import type { CommandResult, Engine } from '../../engines/engine.ts';
import type { Generation } from '../../modules/generation.ts';
import type { TrialStep } from '../ecosystem.ts';
import { pythonFacts } from './generations.ts';

/** Django's own words about the migrations of all applications: every dependency is there, and no two end in one application. */
const graph = `
import django
django.setup()
from django.db.migrations.loader import MigrationLoader
loader = MigrationLoader(None)
conflicts = loader.detect_conflicts()
for app, names in sorted(conflicts.items()):
    print("conflict in %s: %s" % (app, ", ".join(sorted(names))))
print("%d migrations" % len(loader.graph.nodes))
raise SystemExit(1 if conflicts else 0)
`;

/** Seconds; the 43 modules of 24.10 need six. */
const timeout = 300;

/** Runs Django's check and loads the migration graph in containers without network, which are gone afterwards. */
export async function tryPython(image: string, generation: Generation, engine: Engine): Promise<readonly TrialStep[]> {
  const environment = {
    ...pythonFacts(generation).environment,
    DJANGO_SETTINGS_MODULE: 'openIMIS.settings',
    DB_HOST: 'nowhere',
    DB_NAME: 'none',
  };
  const labels = { 'org.openimis.image': 'trial' };
  const run = (argv: readonly string[]): Promise<CommandResult> =>
    engine.runOnce({ image, argv, environment, labels, timeout });
  return [
    stepOf('manage.py check', await run(['python', 'manage.py', 'check'])),
    stepOf('migration graph', await run(['python', '-c', graph])),
  ];
}

function stepOf(what: string, { code, stdout, stderr }: CommandResult): TrialStep {
  if (code === 124) return { what, ok: false, says: [`no answer within ${timeout} s`] };
  const output = code === 0 ? stdout : `${stdout}\n${stderr}`;
  const lines = output.split('\n').map((line) => line.replace(/\p{Cc}/gu, ' ').trimEnd());
  return { what, ok: code === 0, says: lines.filter((line) => line !== '').slice(code === 0 ? -1 : -8) };
}
