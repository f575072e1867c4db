// What a dashboard of ours may be: Grafana's own types, and of each panel type its own options.
import type * as grafana from '@grafana/schema';
import type * as barGauge from '@grafana/schema/dist/esm/raw/composable/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen.js';
import type * as stat from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen.js';
import type * as stateTimeline from '@grafana/schema/dist/esm/raw/composable/statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen.js';
import type * as table from '@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen.js';
import type * as timeSeries from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen.js';

// JSON has an enumeration's value where TypeScript wants its name.
type Json<T> = T extends string ? `${T}` : T extends object ? { [K in keyof T]: Json<T[K]> } : T;

// The published types have none for the PostgreSQL data source.
interface Query extends grafana.DataQuery {
  datasource: grafana.DataSourceRef;
  editorMode: 'code';
  rawQuery: true;
  format: 'table' | 'time_series';
  rawSql: string;
}

interface DataLink {
  title: string;
  url: string;
  targetBlank: boolean;
}

type Field<Custom> = Omit<grafana.FieldConfig, 'custom' | 'links'> & { unit: string; links?: DataLink[]; custom?: Custom };

type Panel<Type extends string, Options, Custom> = Omit<grafana.Panel, 'type' | 'options' | 'fieldConfig' | 'targets'> & {
  type: Type;
  id: number;
  title: string;
  description: string;
  gridPos: grafana.GridPos;
  targets: Query[];
  options: Options;
  fieldConfig: Omit<grafana.FieldConfigSource, 'defaults'> & { defaults: Field<Custom> };
};

type AnyPanel =
  | Panel<'bargauge', barGauge.Options, never>
  | Panel<'stat', stat.Options, never>
  | Panel<'state-timeline', stateTimeline.Options, stateTimeline.FieldConfig>
  | Panel<'table', table.Options, table.FieldConfig>
  | Panel<'timeseries', timeSeries.Options, timeSeries.FieldConfig>;

export type Dashboard = Json<
  Omit<grafana.Dashboard, 'panels' | 'annotations'> & {
    uid: string;
    title: string;
    description: string;
    panels: AnyPanel[];
    annotations: { list: Array<Omit<grafana.AnnotationQuery, 'target'> & { target?: Query }> };
  }
>;
