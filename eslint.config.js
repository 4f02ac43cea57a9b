import { existsSync } from 'node:fs'
import tseslint from 'typescript-eslint'

// Without their packages, the adapters have no types to be checked by.
const adapters = 'examples/adapters'
const unlinted = existsSync(`${adapters}/node_modules`) ? [] : [adapters]

export default tseslint.config(
  {
    ignores: [
      ...unlinted,
      'dist',
      'docs',
      'coverage',
      'test/types',
      '**/node_modules',
      '**/next-env.d.ts',
      '**/*.js',
      '**/*.mjs',
      '**/*.cjs',
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/consistent-type-definitions': 'off',
      // Prettier wraps code and leaves comments as they are: tables and addresses may be wider.
      'max-len': [
        'error',
        { code: 1000, comments: 100, ignoreUrls: true, ignorePattern: '^\\s*\\*? *\\|' },
      ],
    },
  },
  {
    files: ['test/**/*.ts', 'examples/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/require-await': 'off',
    },
  },
)
