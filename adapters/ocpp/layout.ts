import type { ConfigIssue, SourceInput } from '../../gateway/core/adapter.ts';
import { isLoopback } from '../../gateway/core/listening.ts';
import { formatEquipmentPath, type GroupSpec } from '../../gateway/core/point.ts';
import { meterChannels, stateChannels } from './charger-points.ts';
import type { ChargePointConfig, ConnectorConfig, OcppConfig } from './ocpp-config.ts';

export type ConnectorLayout = {
  readonly config: ConnectorConfig;
  /** `area/line/equipment`. */
  readonly subject: string;
  /** Indexes into the groups of the source. */
  readonly stateGroup: number;
  readonly meterGroup: number;
};

export type ChargePointLayout = {
  readonly config: ChargePointConfig;
  readonly connectors: readonly ConnectorLayout[];
};

export type OcppLayout = {
  readonly groups: readonly GroupSpec[];
  readonly chargePoints: readonly ChargePointLayout[];
  readonly issues: readonly ConfigIssue[];
};

type Path = readonly (string | number)[];

/** Two groups for each connector: what it says of itself, and what its meter measures. */
export const layoutSource = ({ id, config, site }: SourceInput<OcppConfig>): OcppLayout => {
  const groups: GroupSpec[] = [];
  const issues: ConfigIssue[] = [];
  const identities = new Set<string>();
  const taken = new Set<string>();
  const addConnector = (
    point: ChargePointConfig,
    connector: ConnectorConfig,
    path: Path,
  ): ConnectorLayout => {
    const { enterprise, site: place } = site;
    const { area, line } = point;
    const { equipment: name } = connector;
    const equipment = { enterprise, site: place, area, line, equipment: name };
    const key = formatEquipmentPath(equipment);
    if (taken.has(key)) {
      issues.push({
        path: [...path, 'equipment'],
        found: `${area}/${line}/${name} a second time`,
        expected: 'equipment of its own for each connector',
      });
    }
    taken.add(key);
    const common = {
      ...{ equipment, equipmentClass: 'charger', producer: id, device: point.identity },
      comesOnChange: true,
    };
    groups.push(
      {
        ...{ ...common, name: 'state', channels: stateChannels },
        periodMs: config.heartbeatSeconds * 1000,
      },
      {
        ...{ ...common, name: 'meter', channels: meterChannels },
        periodMs: config.meterValueSeconds * 1000,
      },
    );
    const stateGroup = groups.length - 2;
    const subject = `${area}/${line}/${name}`;
    return { config: connector, subject, stateGroup, meterGroup: stateGroup + 1 };
  };
  const chargePoints = config.chargePoints.map((point, at): ChargePointLayout => {
    const path = ['chargePoints', at];
    if (identities.has(point.identity)) {
      issues.push({
        path: [...path, 'identity'],
        found: `${point.identity} a second time`,
        expected: 'an identity of its own for each charge point',
      });
    }
    identities.add(point.identity);
    if (point.password === undefined && !isLoopback(config.host)) {
      issues.push({
        path: [...path, 'password'],
        found: 'nothing',
        expected: `a password, because other machines can reach ${config.host}`,
      });
    }
    const numbers = new Set<number>();
    const connectors = point.connectors.map((connector, index) => {
      const connectorPath = [...path, 'connectors', index];
      if (numbers.has(connector.connector)) {
        issues.push({
          path: [...connectorPath, 'connector'],
          found: `${connector.connector} a second time`,
          expected: 'each connector of a charge point once',
        });
      }
      numbers.add(connector.connector);
      return addConnector(point, connector, connectorPath);
    });
    return { config: point, connectors };
  });
  return { groups, chargePoints, issues };
};
