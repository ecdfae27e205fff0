import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** The arrows of the house (docs/architecture.md): who may import whom below src/. */
const pure = ['workspace', 'modules', 'stack', 'rendering'];
const arrows = {
  workspace: ['failure', 'workspace', 'modules'],
  modules: ['failure', 'modules'],
  stack: ['failure', 'workspace', 'modules', 'stack'],
  rendering: ['failure', 'workspace', 'modules', 'stack', 'rendering'],
  legacy: ['failure', 'legacy'],
  engines: ['failure', 'engines', 'rendering'],
  images: ['failure', 'workspace', 'modules', 'stack', 'rendering', 'engines', 'images'],
  deployment: ['failure', 'workspace', 'modules', 'stack', 'rendering', 'legacy', 'engines', 'images', 'deployment'],
  'gateway-test': ['failure', 'workspace', 'modules', 'stack', 'gateway-test'],
  doctor: [
    ...['failure', 'workspace', 'modules', 'stack', 'legacy', 'engines', 'deployment', 'gateway-test', 'images'],
    'doctor',
  ],
  sandbox: [
    ...['failure', 'workspace', 'modules', 'stack', 'rendering', 'legacy', 'engines', 'images', 'deployment'],
    'sandbox',
  ],
  cli: [
    ...['failure', 'workspace', 'modules', 'stack', 'rendering', 'legacy', 'engines', 'deployment', 'gateway-test'],
    ...['images', 'doctor', 'sandbox', 'cli'],
  ],
};
const folders = ['commands', ...Object.keys(arrows)];

const arrowRules = Object.entries(arrows).map(([folder, allowed]) => {
  const forbidden = folders.filter((other) => !allowed.includes(other));
  const patterns = [
    { regex: `^(\\.\\./)+(${forbidden.join('|')})/`, message: `src/${folder} may import only ${allowed.join(', ')}` },
  ];
  if (pure.includes(folder))
    patterns.push({
      regex: '^(node:(?!(path|net|crypto|url)$)|execa|dockerode|mssql|tedious)',
      message: `src/${folder} is pure: no file, network, process or clock`,
    });
  return {
    files: [`src/${folder}/**/*.ts`],
    ignores: ['src/workspace/store/**', 'src/modules/registries/**', 'src/rendering/templates/**'],
    rules: { 'no-restricted-imports': ['error', { patterns }] },
  };
});

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'coverage/'] },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      'max-lines': ['error', { max: 260 }],
    },
  },
  { files: ['src/commands/**/*.ts'], rules: { 'max-lines': ['error', { max: 60 }] } },
  {
    files: ['**/*.js', '**/*.cjs', '**/*.mjs'],
    ...tseslint.configs.disableTypeChecked,
    languageOptions: {
      ...tseslint.configs.disableTypeChecked.languageOptions,
      globals: { process: 'readonly', console: 'readonly', require: 'readonly', module: 'readonly', URL: 'readonly' },
    },
  },
  // Node 16 in a build image runs these.
  { files: ['templates/**/*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
  ...arrowRules,
);
