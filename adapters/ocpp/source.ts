import type { WebSocket } from 'ws';
import type { SourceInput } from '../../gateway/core/adapter.ts';
import { GatewayError, toGatewayError } from '../../gateway/core/error.ts';
import { isLoopback } from '../../gateway/core/listening.ts';
import type { LocalText } from '../../gateway/core/point.ts';
import type { Source, SourceContext } from '../../gateway/core/source.ts';
import { EventLimit } from '../shared/event-limit.ts';
import { ChargePoint } from './charge-point.ts';
import { ChargerConnection } from './charger-connection.ts';
import type { Endpoint } from './endpoint.ts';
import { layoutSource, type OcppLayout } from './layout.ts';
import type { OcppConfig } from './ocpp-config.ts';
import { RefusalLog } from './refusal-log.ts';

/** How often silence is looked for, as a share of the shortest silence that counts. */
const looksPerSilence = 20;
const longestLookMs = 5000;

const isClosed: LocalText = { en: 'the connection was closed', zh: '连接已关闭' };
const isSilent = (seconds: number): LocalText => ({
  en: `nothing was heard for ${seconds} s`,
  zh: `已有 ${seconds} 秒没有消息`,
});

/**
 * An endpoint for charge points.
 *
 * @throws GatewayError CONFIG_INVALID when the entry contradicts itself; `check` says so in words
 */
export const createOcppSource = (input: SourceInput<OcppConfig>): Source => {
  const layout = layoutSource(input);
  const [issue] = layout.issues;
  if (issue !== undefined) {
    throw new GatewayError(
      'CONFIG_INVALID',
      `source ${input.id}, ${issue.path.join('.')}: found ${issue.found}, expected ${issue.expected}`,
      { retryable: false },
    );
  }
  return new OcppSource(input, layout);
};

class OcppSource implements Source {
  readonly id: string;
  readonly groups: OcppLayout['groups'];
  readonly #config: OcppConfig;
  readonly #chargePoints: ReadonlyMap<string, ChargePoint>;
  readonly #connections = new Map<ChargePoint, ChargerConnection>();
  readonly #limit = new EventLimit();
  readonly #refusals: RefusalLog;
  #isWarned = false;

  constructor({ id, config }: SourceInput<OcppConfig>, layout: OcppLayout) {
    this.id = id;
    this.groups = layout.groups;
    this.#config = config;
    this.#refusals = new RefusalLog(id);
    this.#chargePoints = new Map(
      layout.chargePoints.map((one) => [one.config.identity, new ChargePoint(one, config)]),
    );
  }

  async run(given: SourceContext): Promise<void> {
    const { signal } = given;
    if (signal.aborted) return;
    const context: SourceContext = { ...given, event: (event) => this.#event(given, event) };
    const participant = context.clock.join(`ocpp:${this.id}`);
    let endpoint: Endpoint | undefined;
    try {
      endpoint = await this.#open(context);
      if (signal.aborted) return;
      context.connected();
      this.#warnOfNone(context);
      for (const chargePoint of this.#chargePoints.values()) chargePoint.begin(context);
      while (!signal.aborted) {
        await participant.sleepUntil(context.clock.monotonicMs() + this.#lookMs(), signal);
        if (!signal.aborted) this.#look(context);
      }
    } catch (error) {
      if (signal.aborted) return;
      for (const chargePoint of this.#chargePoints.values()) chargePoint.ended(context);
      throw toGatewayError(error, {
        code: 'CONNECTION_LOST',
        retryable: true,
        message: { en: `source ${this.id}`, zh: `数据源 ${this.id}` },
      });
    } finally {
      const open = [...this.#connections.values()];
      this.#connections.clear();
      for (const connection of open) connection.close('ending');
      await endpoint?.close();
      participant.leave();
    }
  }

  async #open(context: SourceContext): Promise<Endpoint> {
    // Loaded only where a site uses it: HTTP and WebSockets cost 14 MB.
    const { openEndpoint } = await import('./endpoint.ts');
    return openEndpoint({
      config: this.#config,
      sourceId: this.id,
      peers: this.#chargePoints,
      opened: (chargePoint, socket) => this.#opened(context, chargePoint, socket),
      refused: (refused) => {
        context.count('chargers_refused', 1);
        const event = this.#refusals.take(refused, context.clock.monotonicMs());
        if (event !== undefined) context.event(event);
      },
      dropped: () => context.count('connections_dropped', 1),
    });
  }

  /** Of two connections of one charge point the newer is right: the older is dead, and does not know it yet. */
  #opened(context: SourceContext, chargePoint: ChargePoint, socket: WebSocket): void {
    const before = this.#connections.get(chargePoint);
    const connection = new ChargerConnection({
      socket,
      messagesPerSecond: this.#config.messagesPerSecond,
      answer: (action, payload) => chargePoint.answer(context, action, payload),
      count: (name, delta) => context.count(name, delta),
      closed: () => {
        if (this.#connections.get(chargePoint) !== connection) return;
        this.#connections.delete(chargePoint);
        if (!context.signal.aborted) chargePoint.lost(context, isClosed);
      },
    });
    this.#connections.set(chargePoint, connection);
    chargePoint.opened(context);
    if (before === undefined) return;
    context.count('connections_replaced', 1);
    before.close('replaced');
  }

  #look(context: SourceContext): void {
    const { heartbeatSeconds, silenceFactor } = this.#config;
    for (const chargePoint of this.#chargePoints.values()) {
      if (!chargePoint.isSilent(context)) {
        chargePoint.passTime(context);
        continue;
      }
      context.count('chargers_silent', 1);
      chargePoint.lost(context, isSilent(heartbeatSeconds * silenceFactor));
      const connection = this.#connections.get(chargePoint);
      this.#connections.delete(chargePoint);
      connection?.close('silent');
    }
  }

  #lookMs(): number {
    const { heartbeatSeconds, meterValueSeconds, silenceFactor } = this.#config;
    const shortestMs = Math.min(heartbeatSeconds, meterValueSeconds) * 1000 * silenceFactor;
    return Math.min(longestLookMs, Math.ceil(shortestMs / looksPerSilence));
  }

  #event(context: SourceContext, event: Parameters<SourceContext['event']>[0]): void {
    const verdict = this.#limit.judge(context.clock.monotonicMs());
    if (verdict === 'pass') {
      context.event(event);
      return;
    }
    context.count('events_dropped', 1);
    if (verdict !== 'first') return;
    context.event({
      code: 'events-dropped',
      severity: 'warning',
      subject: this.id,
      text: {
        en: `Source ${this.id}: the charge points tell more events than can be kept; those of this minute are left out`,
        zh: `数据源 ${this.id}：充电桩上报的事件过多；本分钟内其余事件不再记录`,
      },
    });
  }

  #warnOfNone(context: SourceContext): void {
    const { tls, host, port } = this.#config;
    if (tls !== undefined || isLoopback(host) || this.#isWarned) return;
    this.#isWarned = true;
    const en = `Source ${this.id} listens on ${host}:${port} without tls: anybody on the network can read passwords and values`;
    const zh = `数据源 ${this.id} 在 ${host}:${port} 上未启用 tls：网络上任何人都可读取口令与数据`;
    context.event({
      code: 'connection-unprotected',
      severity: 'warning',
      subject: this.id,
      text: { en, zh },
    });
  }
}
