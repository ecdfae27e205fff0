import { Failure } from '../../failure.ts';
import type { LockedComponent } from '../../modules/lock/lock.ts';
import type { PinComponent } from '../../modules/package-name.ts';

/** Import names whose distribution is called otherwise. Everything else: the same word with hyphens. */
const distributions: Readonly<Record<string, string>> = {
  yaml: 'pyyaml',
  PIL: 'pillow',
  dateutil: 'python-dateutil',
  dotenv: 'python-dotenv',
  jwt: 'pyjwt',
  sklearn: 'scikit-learn',
  bs4: 'beautifulsoup4',
  Crypto: 'pycryptodome',
  magic: 'python-magic',
  rest_framework: 'djangorestframework',
  django_filters: 'django-filter',
  graphql_jwt: 'django-graphql-jwt',
  simple_history: 'django-simple-history',
  opensearchpy: 'opensearch-py',
  pkg_resources: 'setuptools',
  sentry_sdk: 'sentry-sdk',
  xlrd: 'xlrd',
  pandas: 'pandas',
  docx: 'python-docx',
  qrcode: 'qrcode',
  msoffcrypto: 'msoffcrypto-tool',
};

const upstreamModules = new Set([
  ...['core', 'location', 'medical', 'medical_pricelist', 'product', 'insuree', 'policy', 'contribution', 'payer'],
  ...['payment', 'claim', 'claim_batch', 'report', 'calculation', 'contribution_plan', 'policyholder', 'contract'],
  ...['invoice', 'tasks_management', 'individual', 'social_protection', 'grievance_social_protection', 'workflow'],
  ...['api_fhir', 'api_fhir_r4', 'im_export', 'opensearch_reports', 'payroll', 'controls', 'dhis2_etl'],
]);

export type UndeclaredImport = {
  readonly imported: string;
  /** With what is missing inside of it: `claim.subqueries`. */
  readonly path: string;
  /** The distribution that most likely has it. */
  readonly distribution: string;
  /** Module of openIMIS whose code imports it, where a traceback says it. */
  readonly module?: string;
};

/** Finds in a traceback of Python what is imported and not installed, and by which module. */
export function undeclaredImport(
  output: string,
  modules: readonly { readonly name: string; readonly package: string }[],
): UndeclaredImport | undefined {
  const missing = [...output.matchAll(/^.*ModuleNotFoundError: No module named '([\w.]+)'/gm)].at(-1);
  const imported = missing?.[1]?.split('.')[0];
  if (missing === null || missing === undefined || imported === undefined) return undefined;
  const frames = [...output.slice(0, missing.index).matchAll(/File "[^"]*\/(?:modules|site-packages)\/([\w.-]+)\//g)];
  const owner = frames
    .map((frame) => modules.find(({ name }) => name === frame[1]))
    .findLast((found) => found !== undefined);
  const distribution =
    distributions[imported] ??
    modules.find(({ name }) => name === imported)?.package ??
    // Modules of openIMIS import each other without saying so.
    `${upstreamModules.has(imported) ? 'openimis-be-' : ''}${imported.replaceAll('_', '-')}`;
  return { imported, path: missing[1]!, distribution, ...(owner === undefined ? {} : { module: owner.name }) };
}

type Modules = LockedComponent['modules'];

/** The module is installed and does not have what another one imports of it: two versions that were never made for each other. */
function strangers(found: UndeclaredImport, there: Modules[number], modules: Modules, cause: Failure): Failure {
  const who = modules.find(({ name }) => name === found.module);
  const whose = who === undefined ? 'the assembly' : `${who.name} ${who.version}`;
  return new Failure(
    'IMAGE_BUILD_FAILED',
    `${whose} imports ${found.path}, which ${there.name} ${there.version} does not have: they do not belong together`,
    [
      `openimis versions pin NAME ${there.name}=VERSION: one that has it, e.g. that of the release`,
      ...(who === undefined ? [] : [`or another version of ${who.name}`]),
    ],
    { cause },
  );
}

/** A failed build in words that say what to do; what it is not about is thrown as it is. */
export function explainBuild(
  error: unknown,
  lines: readonly string[],
  locked: Pick<LockedComponent, 'modules'>,
  component: PinComponent,
): unknown {
  if (!(error instanceof Failure) || error.code !== 'IMAGE_BUILD_FAILED') return error;
  const output = lines.join('\n');
  const found = undeclaredImport(output, locked.modules);
  const there = locked.modules.find(({ name }) => name === found?.imported);
  if (found !== undefined && there !== undefined) return strangers(found, there, locked.modules, error);
  if (found !== undefined) {
    const who = found.module === undefined ? 'the code' : `the module ${found.module}`;
    return new Failure(
      'IMAGE_BUILD_FAILED',
      `${who} imports ${found.imported}, which no package of this lock has: upstream does not declare it`,
      [
        `in openimis.yaml: servers.NAME.extra.${component}: { ${found.distribution}: "*" }`,
        'openimis versions lock NAME, then the same command again',
      ],
      { cause: error },
    );
  }
  const trouble = /openimis-trouble (\{.*\})/.exec(output)?.[1];
  if (trouble === undefined) return error;
  const { kind, message } = JSON.parse(trouble) as { readonly kind: string; readonly message: string };
  const noise = /^(?:ERROR|DONE|CACHED|\.\.\.|-{3,}|\[|>|#|\d+\.\d+|failed to solve)|^$/;
  const own = lines.slice(
    0,
    lines.findIndex((line) => line.startsWith('openimis-trouble')),
  );
  const before = own.filter((line) => !noise.test(line)).slice(-15);
  return new Failure(
    kind === 'hash' ? 'LOCK_HASH_CHANGED' : 'IMAGE_BUILD_FAILED',
    [message, ...before.map((line) => `  ${line}`)].join('\n').replace(/[^\P{Cc}\n]/gu, ''),
    kind === 'hash' ? ['docker builder prune --filter type=exec.cachemount empties the cache of the box'] : error.hints,
    { cause: error },
  );
}
