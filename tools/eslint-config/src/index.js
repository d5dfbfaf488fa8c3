import eslint from '@eslint/js';
import globals from 'globals';
import tseslint from 'typescript-eslint';
import { layerConfigs } from './layers.js';
import { noRawContentWrites } from './no-raw-content-writes.js';

const ignored = [
  '**/dist/**',
  '**/node_modules/**',
  '**/.reports/**',
  '**/test/fixtures/**',
  'examples/stream-fixture/media/**',
];
const tests = ['**/test/**/*.ts', '**/*.test.ts'];
/** The one package that writes content, the one that breaks writing on purpose, and measuring code. */
const mayWrite = [
  'packages/common/src/**',
  'packages/test-kit/**',
  'benchmarks/**',
  'tools/**',
  'examples/**',
  ...tests,
];

/**
 * The workspace's one eslint configuration.
 *
 * @param {string} root the workspace's folder
 */
export function waybillConfig(root) {
  return tseslint.config(
    { ignores: ignored },
    eslint.configs.recommended,
    {
      files: ['**/*.{js,mjs}'],
      ignores: ['packages/web-ui/pages/**'],
      languageOptions: { globals: globals.node },
    },
    { files: ['packages/web-ui/pages/**/*.js'], languageOptions: { globals: globals.browser } },
    {
      files: ['**/*.ts'],
      extends: [tseslint.configs.strictTypeChecked],
      languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: root } },
      plugins: { waybill: { rules: { 'no-raw-content-writes': noRawContentWrites } } },
      linterOptions: { reportUnusedDisableDirectives: 'error' },
      rules: {
        'waybill/no-raw-content-writes': 'error',
        '@typescript-eslint/consistent-type-imports': 'error',
        '@typescript-eslint/no-non-null-assertion': 'error',
        '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
        '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
        '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
        '@typescript-eslint/prefer-promise-reject-errors': ['error', { allowThrowingUnknown: true }],
        '@typescript-eslint/only-throw-error': ['error', { allowThrowingUnknown: true }],
        '@typescript-eslint/no-unnecessary-condition': [
          'error',
          { allowConstantLoopConditions: 'only-allowed-literals' },
        ],
        'no-restricted-syntax': [
          'error',
          { selector: 'ExportAllDeclaration', message: 'List the public names by hand.' },
          { selector: "CallExpression[callee.property.name='setEncoding']", message: 'Content is bytes.' },
        ],
      },
    },
    { files: mayWrite, rules: { 'waybill/no-raw-content-writes': 'off' } },
    {
      files: tests,
      rules: {
        '@typescript-eslint/no-non-null-assertion': 'off',
        '@typescript-eslint/require-await': 'off',
        '@typescript-eslint/no-empty-function': 'off',
        '@typescript-eslint/unbound-method': 'off',
      },
    },
    ...layerConfigs(root),
  );
}
