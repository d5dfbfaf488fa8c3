import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { GrafanaDashboard } from './grafana-dashboard.ts';

export const ROOT = path.resolve(import.meta.dirname, '../../../..');

export interface DashboardFile {
  /** That of the program. */
  readonly name: string;
  readonly text: string;
  readonly dashboard: GrafanaDashboard;
}

/** All of docker/grafana. */
export function readDashboards(): DashboardFile[] {
  const files = globSync('docker/grafana/*.json', { cwd: ROOT }).sort();
  return files.map((file) => {
    const text = readFileSync(path.join(ROOT, file), 'utf8');
    return { name: path.basename(file, '.json'), text, dashboard: JSON.parse(text) as GrafanaDashboard };
  });
}
