import type { Dashboard, DataQuery, FieldConfigSource, Panel, VariableModel } from '@grafana/schema';
import type {
  FieldConfig,
  Options,
} from '@grafana/schema/dist/types/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen.d.ts';

/** What JSON has of a type: of an enumeration its texts. */
type Json<Type> = Type extends string
  ? `${Type}`
  : Type extends readonly (infer Item)[]
    ? Json<Item>[]
    : Type extends object
      ? { [Key in keyof Type]: Json<Type[Key]> }
      : Type;

/** The part that we use of what Grafana asks Prometheus; its package has no type for it. */
interface PrometheusQuery extends DataQuery {
  expr: string;
  legendFormat?: string;
}

interface TimeSeriesPanel extends Omit<Panel, 'type' | 'options' | 'fieldConfig' | 'targets'> {
  type: 'timeseries';
  id: number;
  title: string;
  gridPos: { x: number; y: number; w: number; h: number };
  options: Options;
  fieldConfig: FieldConfigSource<FieldConfig>;
  targets: PrometheusQuery[];
}

interface OwnDashboard extends Omit<Dashboard, 'panels' | 'templating'> {
  uid: string;
  panels: TimeSeriesPanel[];
  templating: { list: VariableModel[] };
}

/** A dashboard of docker/grafana, by the types that Grafana publishes: time series from Prometheus, and nothing else. */
export type GrafanaDashboard = Json<OwnDashboard>;
