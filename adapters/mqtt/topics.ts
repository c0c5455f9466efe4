import { type EquipmentPath, formatEquipmentPath } from '../../gateway/core/point.ts';

/** The topics of one site; `docs/mqtt.md` describes what is promised on each. */
export type SiteTopics = {
  /** Retained: whether the gateway is there. */
  readonly gatewayState: string;
  readonly events: string;
};

export const siteTopics = (enterprise: string, site: string): SiteTopics => ({
  gatewayState: `${enterprise}/${site}/_gateway/state`,
  events: `${enterprise}/${site}/_events`,
});

/** Stream lane: every sample of the equipment, as columns. */
export const framesTopic = (equipment: EquipmentPath): string =>
  `${formatEquipmentPath(equipment)}/_frames`;

/** State lane: the newest value of one point, retained. */
export const stateTopic = (equipment: EquipmentPath, point: string): string =>
  `${formatEquipmentPath(equipment)}/${point}`;
