import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));

function workspacePackages(root) {
  const found = [];
  for (const group of ['packages', 'apps']) {
    for (const entry of readdirSync(path.join(root, group), { withFileTypes: true })) {
      const folder = path.posix.join(group, entry.name);
      if (!existsSync(path.join(root, folder, 'package.json'))) continue;
      const name = readJson(path.join(root, folder, 'package.json')).name;
      const [tag] = readJson(path.join(root, folder, 'turbo.json')).tags;
      found.push({ folder, name, tag });
    }
  }
  return found;
}

function mayImport(rules, from, to) {
  const { allow, deny } = rules[from.tag]?.dependencies ?? {};
  if (deny !== undefined) return !deny.includes(to.tag);
  return allow === undefined || allow.includes(to.tag);
}

/**
 * The layers of turbo.json (`boundaries.tags`, and each package's own tag) as eslint configurations, so that an
 * editor shows a forbidden import while it is typed. `turbo boundaries` checks the same rules in CI.
 *
 * @param {string} root the workspace's folder
 * @returns {import('eslint').Linter.Config[]}
 */
export function layerConfigs(root) {
  const rules = readJson(path.join(root, 'turbo.json')).boundaries.tags;
  const packages = workspacePackages(root);
  return packages.map((from) => {
    const forbidden = packages.filter((to) => to.name !== from.name && !mayImport(rules, from, to));
    const paths = forbidden.map((to) => ({
      name: to.name,
      message: `${from.tag} may not import ${to.tag} (turbo.json, boundaries).`,
    }));
    const testKit =
      from.tag === 'test' ? [] : [{ name: '@waybill/test-kit', message: 'test-kit is for tests and suites.' }];
    return {
      files: [`${from.folder}/src/**/*.ts`],
      ignores: [`${from.folder}/src/suite/**`],
      rules: {
        'no-restricted-imports': [
          'error',
          { paths: [...paths.filter(({ name }) => name !== '@waybill/test-kit'), ...testKit] },
        ],
      },
    };
  });
}
