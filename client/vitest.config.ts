import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { alias, root, testAlias } from './build/paths.ts'

const common = {
  plugins: [vue()],
  resolve: { alias: { ...alias, ...testAlias } },
  server: { fs: { allow: [root] } },
}

// Tests outside client/ (shared, sync) cannot import vitest by name, so its functions are global everywhere.
const shared = { dir: root, globals: true, environment: 'node' as const }
const nowhere = ['**/node_modules/**', '**/dist/**']

/** The stories that take longest begin first: one that begins last keeps everybody waiting. */
const longest = ['everywhere', 'office', 'rescue', 'review', 'life', 'whole', 'tasks', 'handover', 'capture', 'patrol', 'day', 'update', 'storage', 'hostile', 'install', 'upgrade']

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const at = longest.findIndex((name) => moduleId.endsWith(`/e2e/${name}.spec.ts`))
      return at < 0 ? longest.length : at
    }
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b))
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        ...common,
        test: {
          ...shared,
          name: 'unit',
          testTimeout: 30_000,
          include: ['shared/**/*.test.ts', 'sync/**/*.test.ts', 'client/src/**/*.test.ts', 'client/build/**/*.test.ts', 'client/squad/**/*.test.ts'],
          exclude: [...nowhere, 'sync/sim/seeds.test.ts'],
        },
      },
      {
        // One long run: SEEDS=n many, or SEED=x alone (make sim).
        ...common,
        test: { ...shared, name: 'sim', include: ['sync/sim/seeds.test.ts'], exclude: nowhere, testTimeout: 0, hookTimeout: 60_000 },
      },
      {
        // Stories in a real browser against the real binary, two at a time, as most of their time is waiting (make e2e).
        ...common,
        test: {
          ...shared,
          name: 'e2e',
          include: ['client/e2e/**/*.spec.ts', 'client/squad/**/*.spec.ts'],
          exclude: nowhere,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: true,
          maxWorkers: 2,
        },
      },
      {
        // Figures taken in a real browser (make bench).
        ...common,
        test: { ...shared, name: 'bench', include: ['client/bench/*.spec.ts'], exclude: nowhere, testTimeout: 300_000, hookTimeout: 120_000, fileParallelism: false, maxWorkers: 1 },
      },
    ],
  },
})
