import type { PlanReport, SourceInput } from '../../gateway/core/adapter.ts';
import { layoutSource } from './layout.ts';
import type { OcppConfig } from './ocpp-config.ts';

const text = (en: string, zh: string) => ({ en, zh });

/** Who may connect, and what each becomes; nothing is asked of anybody. */
export const reportPlan = (input: SourceInput<OcppConfig>): PlanReport => {
  const { host, port, path, tls, heartbeatSeconds } = input.config;
  const { chargePoints, issues } = layoutSource(input);
  const address = `${tls === undefined ? 'ws' : 'wss'}://${host}:${port}${path}`;
  return {
    title: text(`${input.id}: OCPP 1.6J at ${address}`, `${input.id}：OCPP 1.6J，${address}`),
    columns: [
      text('charge point', '充电桩'),
      text('connector', '枪口'),
      text('equipment', '设备'),
      text('password', '口令'),
    ],
    rows: chargePoints.flatMap(({ config, connectors }) =>
      connectors.map(({ config: { connector }, subject }) => [
        config.identity,
        connector,
        subject,
        config.password === undefined ? '-' : '***',
      ]),
    ),
    summary: [
      text(
        `listens for charge points, which are asked to say that they live every ${heartbeatSeconds} s; it sends no command`,
        `等待充电桩连接，要求其每 ${heartbeatSeconds} 秒发送心跳；不发送任何命令`,
      ),
    ],
    issues,
  };
};
